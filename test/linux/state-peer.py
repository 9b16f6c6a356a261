"""Runs commands of two programs on the same state of a machine, and prints what they said."""
import json
import os
import shutil
import subprocess
import sys

STATE = ("/run/cloud-init", "/run/systemd", "/var/lib/cloud")


def prepare(sample):
    for directory in STATE:
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory) if directory != "/run/systemd" else None
    for path in sample.get("absent", []):
        if os.path.lexists(path):
            os.remove(path)
    for path, content in sample.get("files", {}).items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(content["text"] if isinstance(content, dict) else content)
        os.chmod(path, content["mode"] if isinstance(content, dict) else 0o644)
    for path, target in sample.get("links", {}).items():
        os.symlink(target, path)


def run(argv, uid):
    done = subprocess.run(
        argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, user=uid, timeout=60
    )
    return {"exitCode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        samples = json.load(stream)
    programs = sys.argv[2:]
    outcomes = {}
    for name, sample in samples.items():
        prepare(sample)
        outcomes[name] = [
            [run([program, *args], sample.get("uid", 0)) for args in sample["runs"]]
            for program in programs
        ]
    print(json.dumps(outcomes))


main()
