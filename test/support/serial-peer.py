# The other end of a serial line for tests: makes a terminal pair, prints the name of its line,
# waits for a request and answers as the mode says. Prints how the line was when the request came,
# and how it is at the end (when a line comes on standard input).
import os, pty, select, sys, termios, time, tty

mode, answer = sys.argv[1], os.fsencode(sys.argv[2])
ours, line = pty.openpty()
before = termios.tcgetattr(line)
if mode == "leftovers":
    tty.setraw(line)
    os.write(ours, b"old answer\n\x04")
print(os.ttyname(line), flush=True)


def wait_for_request(limit):
    got = b""
    end = time.time() + limit
    while not got.endswith(b">") and time.time() < end:
        if select.select([ours], [], [], 0.1)[0]:
            got += os.read(ours, 4096)
    return got


if mode != "deaf":
    request = wait_for_request(20)
    has_echo = bool(termios.tcgetattr(line)[3] & termios.ECHO)
    print(repr(request), "echo" if has_echo else "no echo", flush=True)
if mode in ("answer", "leftovers"):
    os.write(ours, b"\x04" + answer + b"\n\x04")
elif mode == "slow":
    for byte in b"\x04\r\n" + answer + b"\n":
        os.write(ours, bytes([byte]))
        time.sleep(0.01)
elif mode == "truncated":
    os.write(ours, answer)
elif mode == "flood":
    chunk = b"x" * 1024
    end = time.time() + 10
    try:
        while time.time() < end:
            if select.select([], [ours], [], 0.1)[1]:
                os.write(ours, chunk)
            if select.select([sys.stdin], [], [], 0)[0]:
                break
    except OSError:
        pass
sys.stdin.readline()
after = termios.tcgetattr(line)
print("restored" if mode == "leftovers" or after == before else "changed", flush=True)
