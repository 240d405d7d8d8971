#!/usr/bin/python3
"""A peer that publishes whatever a test orders, over libzmq.

Binds a publisher at --local and connects to nothing. Each line of standard input is one order: a Python list of a
message's frames in hex, then how often to send it, as in

    ["33"] 1
    ["33", ""] 100000

An order waits for a subscriber, so that it is not lost. Prints "bound", then "sent N" after each order. Ends
with the input, or on SIGTERM or SIGINT, with 0.
"""
import argparse
import ast
import signal
import sys

import zmq


class Publisher:
    def __init__(self, endpoint):
        # An XPUB is a PUB on the wire; its owner sees subscriptions.
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        self.socket.setsockopt(zmq.XPUB_VERBOSER, 1)
        self.socket.sndhwm = 0  # a burst is to arrive whole
        self.socket.linger = 0
        self.socket.bind(endpoint)
        self.subscribers = 0

    def send(self, frames, count):
        for _ in range(count):
            self.await_subscriber()
            self.socket.send_multipart(frames)

    def await_subscriber(self):
        while self.subscribers == 0 or self.socket.poll(0):
            self.subscribers += 1 if self.socket.recv()[:1] == b"\x01" else -1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--local", required=True, metavar="EP")
    options = parser.parse_args()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    publisher = Publisher(options.local)
    print("bound", flush=True)
    for line in sys.stdin:
        frames, count = line.rsplit(None, 1)
        publisher.send([bytes.fromhex(frame) for frame in ast.literal_eval(frames)], int(count))
        print("sent", count, flush=True)


if __name__ == "__main__":
    main()
