#!/usr/bin/python3
"""A libzmq socket that a test tells what to do.

    wire_peer.py TYPE bind|connect ENDPOINT [--server-public HEX] [--server-secret HEX] [--client-public HEX --client-secret HEX]
                 [--heartbeat MS] [--identity TEXT]

TYPE is DEALER, ROUTER, REQ, REP, PUB, XPUB or SUB. A bound socket with --server-secret is a CURVE server; a connected one with
--server-public is a client of it. Each line of standard input is one order:

    send N N ...      a message of frames of these sizes, filled as the test expects; a ROUTER's goes to the last sender
    receive N         receives N messages and prints for each the frames' sizes, and "ok" or "BAD"
    echo N            receives N messages and sends each back
    sub TEXT          subscribes to it; unsub TEXT ends that
    subscriptions N   receives N subscriptions, of an XPUB, and prints each in hex

Prints "bound PORT" or "connected" first, and "done ORDER" after each order. Ends with the input.
"""
import argparse
import sys

import zmq


def body(size):
    return bytes((i * 7 + size) & 255 for i in range(size))


class Peer:
    def __init__(self, options):
        self.type = getattr(zmq, options.type)
        self.socket = zmq.Context.instance().socket(self.type)
        self.socket.linger = 5000
        self.peer = None
        self.secure(options)
        if options.heartbeat:
            self.socket.heartbeat_ivl = options.heartbeat
            self.socket.heartbeat_timeout = 60_000
        if options.identity:
            self.socket.identity = options.identity.encode()
        if options.how == "bind":
            print("bound", self.socket.bind_to_random_port(options.endpoint), flush=True)
        else:
            self.socket.connect(options.endpoint)
            print("connected", flush=True)

    def secure(self, options):
        if options.server_secret:
            self.socket.curve_server = True
            self.socket.curve_publickey = bytes.fromhex(options.server_public)
            self.socket.curve_secretkey = bytes.fromhex(options.server_secret)
        elif options.server_public:
            self.socket.curve_serverkey = bytes.fromhex(options.server_public)
            self.socket.curve_publickey = bytes.fromhex(options.client_public)
            self.socket.curve_secretkey = bytes.fromhex(options.client_secret)

    def receive(self):
        frames = self.socket.recv_multipart()
        if self.type == zmq.ROUTER:
            self.peer, frames = frames[0], frames[1:]
        return frames

    def send(self, frames):
        prefix = [self.peer] if self.type == zmq.ROUTER else []
        self.socket.send_multipart(prefix + frames)

    def report(self):
        frames = self.receive()
        good = all(frame == body(len(frame)) for frame in frames)
        print(*(len(frame) for frame in frames), "ok" if good else "BAD", flush=True)

    def obey(self, order):
        verb, *words = order.split()
        if verb == "send":
            self.send([body(int(word)) for word in words])
        elif verb == "echo":
            for _ in range(int(words[0])):
                self.send(self.receive())
        elif verb == "receive":
            for _ in range(int(words[0])):
                self.report()
        elif verb == "subscriptions":
            for _ in range(int(words[0])):
                print("subscription", self.socket.recv().hex(), flush=True)
        elif verb == "sub":
            self.socket.setsockopt(zmq.SUBSCRIBE, words[0].encode() if words else b"")
        elif verb == "unsub":
            self.socket.setsockopt(zmq.UNSUBSCRIBE, words[0].encode() if words else b"")
        print("done", verb, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("type")
    parser.add_argument("how", choices=["bind", "connect"])
    parser.add_argument("endpoint")
    for name in ("server-secret", "server-public", "client-secret", "client-public", "identity"):
        parser.add_argument("--" + name)
    parser.add_argument("--heartbeat", type=int)
    peer = Peer(parser.parse_args())
    for line in sys.stdin:
        peer.obey(line)


if __name__ == "__main__":
    main()
