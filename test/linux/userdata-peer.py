"""Boots one machine once for each sample with the program given, and tells what came of each.

Runs in a sandbox: the arguments are the program and a JSON file of samples; standard output gets the
results as JSON. Two stages suffice: the seed is local, and all modules are in the last one.
"""

import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading

import yaml

CLOUD = "/var/lib/cloud"
SEED = CLOUD + "/seed/config_drive/openstack/latest"
TRACE = "/var/trace"
PAGES = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = PAGES.get(self.path)
        self.send_response(404 if page is None else 200)
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        pass


def write(path, content, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


def tree(directory):
    found = {}
    for parent, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".pyc"):
                continue
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                content = file.read()
            found[os.path.relpath(path, directory)] = {
                "mode": oct(os.stat(path).st_mode & 0o7777)[2:],
                # Commands are reported one by one in ours: the script is another one.
                "content": "" if name == "runcmd" else base64.b64encode(content).decode(),
            }
    return found


def config(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        # A file with nothing in it says the same as an empty mapping.
        return plain(yaml.safe_load(file.read())) or None


def plain(value):
    """What JSON has a word for."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, type(None))) else repr(value)


def mode_of(path):
    return oct(os.stat(path).st_mode & 0o7777)[2:] if os.path.exists(path) else None


def run(program, sample):
    shutil.rmtree(CLOUD, ignore_errors=True)
    shutil.rmtree("/run/cloud-init", ignore_errors=True)
    for path in (TRACE, "/var/log/cloud-init.log", "/var/log/cloud-init-output.log"):
        if os.path.exists(path):
            os.remove(path)
    metadata = {"uuid": "i-sample", "hostname": "vm1.example.com", "availability_zone": "lab"}
    metadata.update(sample.get("metadata", {}))
    write(SEED + "/meta_data.json", json.dumps(metadata).encode())
    if "userData" in sample:
        write(SEED + "/user_data", base64.b64decode(sample["userData"]))
    if "vendorData" in sample:
        write(SEED + "/vendor_data.json", json.dumps(sample["vendorData"]).encode())
    PAGES.clear()
    for path, content in sample.get("pages", {}).items():
        PAGES[path] = base64.b64decode(content)
    for path, content in sample.get("files", {}).items():
        write(path, base64.b64decode(content))
    codes = []
    for stage in (["init", "--local"], ["modules", "--mode", "final"]):
        done = subprocess.run([program] + stage, stdin=subprocess.DEVNULL, capture_output=True)
        codes.append(done.returncode)
    own = CLOUD + "/instance/"
    ran = []
    if os.path.exists(TRACE):
        with open(TRACE) as file:
            ran = file.read().splitlines()
    return {
        "config": config(own + "cloud-config.txt"),
        "vendorConfig": config(own + "vendor-cloud-config.txt"),
        "scripts": tree(own + "scripts"),
        "boothooks": tree(own + "boothooks"),
        "handlers": sorted(tree(own + "handlers")),
        "frequencies": tree(CLOUD + "/scripts"),
        "modes": {
            name: mode_of(own + name)
            for name in ("user-data.txt", "user-data.txt.i", "vendor-data.txt", "vendor-data.txt.i",
                         "cloud-config.txt", "scripts")
        },
        "ran": ran,
        "exitCodes": codes,
    }


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(sys.argv[2]) as file:
        samples = json.load(file)
    print(json.dumps({name: run(sys.argv[1], sample) for name, sample in samples.items()}))


main()
