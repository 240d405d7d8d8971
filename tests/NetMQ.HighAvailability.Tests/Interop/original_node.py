#!/usr/bin/python3
"""A node with the rules of the ZeroMQ guide's Binary Star reactor and none of this library's, over libzmq.

The other half of a mixed pair in the interoperability tests. Its faults are the original's, on purpose: any message,
nonsense too, counts as a sign of life; numbers are read as C's atoi does; each frame is an event of its own; two
actives or two passives end the process, except with --survive, as with the guide's Python reactor. Prints a line per
state, whose last word is the state, the first at the start.
Exits 0 on SIGTERM or SIGINT, and 1 on a fatal end, with the reason on the standard error stream.
"""
import argparse
import re
import signal
import sys
import time

import zmq

PRIMARY, BACKUP, ACTIVE, PASSIVE, REQUEST = 1, 2, 3, 4, 5
NAMES = {PRIMARY: "primary", BACKUP: "backup", ACTIVE: "active", PASSIVE: "passive"}

# What a peer's message does to a state; a pair that is missing here changes nothing.
NEXT = {
    (PRIMARY, BACKUP): ACTIVE,
    (PRIMARY, ACTIVE): PASSIVE,
    (BACKUP, ACTIVE): PASSIVE,
    (PASSIVE, PRIMARY): ACTIVE,
    (PASSIVE, BACKUP): ACTIVE,
}
FATAL = {
    (ACTIVE, ACTIVE): "two active nodes",
    (PASSIVE, PASSIVE): "two passive nodes",
}


class Node:
    def __init__(self, role, heartbeat):
        self.state = role
        self.timeout = 2 * heartbeat
        self.expiry = time.monotonic() + self.timeout
        self.announce()

    def announce(self):
        print("state", NAMES[self.state], flush=True)

    def enter(self, state):
        self.state = state
        self.announce()

    def receive(self, frame):
        """One frame from the peer. Returns why the node must end, or None."""
        event = atoi(frame)
        self.expiry = time.monotonic() + self.timeout
        if event == REQUEST:  # taken for a client's request; a rejected one ends the reactor from here
            return None if self.accepts_request() else "the peer sent 5"
        reason = FATAL.get((self.state, event))
        if reason is None and (self.state, event) in NEXT:
            self.enter(NEXT[self.state, event])
        return reason

    def accepts_request(self):
        if self.state in (PRIMARY, PASSIVE) and time.monotonic() >= self.expiry:
            self.enter(ACTIVE)
        return self.state == ACTIVE


def atoi(text):
    # Numbers too large for C's int are undefined there; none of them is an event.
    match = re.match(rb"[ \t\n\v\f\r]*([+-]?[0-9]{1,9})(?![0-9])", text)
    return int(match.group(1)) if match else 0


def run(options):
    context = zmq.Context()
    statepub, statesub, voter = (context.socket(kind) for kind in (zmq.PUB, zmq.SUB, zmq.ROUTER))
    for each in (statepub, statesub, voter):
        each.linger = 0
    statepub.bind(options.local)
    statesub.subscribe(b"")
    statesub.connect(options.remote)
    voter.bind(options.voter)

    poller = zmq.Poller()
    poller.register(statesub, zmq.POLLIN)
    poller.register(voter, zmq.POLLIN)

    heartbeat = options.heartbeat / 1000
    node = Node(PRIMARY if options.primary else BACKUP, heartbeat)
    due = time.monotonic() + heartbeat  # the first message is sent one heartbeat after the start
    while True:
        ready = dict(poller.poll(max(0, due - time.monotonic()) * 1000))
        if time.monotonic() >= due:
            statepub.send(b"%d" % node.state)
            due = time.monotonic() + heartbeat
        if statesub in ready:
            reason = node.receive(statesub.recv())
            if reason and not options.survive:
                return reason
        if voter in ready:
            request = voter.recv_multipart()
            if node.accepts_request():
                voter.send_multipart(request)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    role = parser.add_mutually_exclusive_group(required=True)
    role.add_argument("--primary", action="store_true")
    role.add_argument("--backup", action="store_true")
    for name in ("--voter", "--local", "--remote"):
        parser.add_argument(name, required=True, metavar="EP")
    parser.add_argument("--survive", action="store_true")
    parser.add_argument("--heartbeat", type=int, default=1000, metavar="MS")
    options = parser.parse_args()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    sys.exit(f"fatal: {run(options)}")  # a text as the status: printed to standard error, exit code 1


if __name__ == "__main__":
    main()
