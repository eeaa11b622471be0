"""An SSH server that follows the protocol up to a point and then misbehaves as the user name says.

usage: hostile-server.py HOST_KEY [MEBIBYTES]

Prints its port and runs until its standard input ends. MEBIBYTES is the size of a flood (default: 16).
"""

import logging
import os
import random
import socket
import struct
import sys
import threading
import time

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

# RFC 4250, section 4.1.2
DISCONNECT, IGNORE, DEBUG = 1, 2, 4
USERAUTH_BANNER = 53
GLOBAL_REQUEST, REQUEST_SUCCESS = 80, 81
OPEN, OPEN_CONFIRMATION, OPEN_FAILURE = 90, 91, 92
WINDOW_ADJUST, DATA, EXTENDED_DATA, EOF, CLOSE, REQUEST, SUCCESS = 93, 94, 95, 96, 97, 98, 99

MOST = 0xFFFFFFFF
FLOOD = 16 << 20
# Invalid UTF-8, terminal escapes and direction marks.
TEXT = b"\xff\xfe\x1b[2J\x1b]0;owned\x07\r\nJul 01 00:00:00 fake\xe2\x80\xaedne\xc3(" * 400


def uint32(*values):
    return b"".join(struct.pack(">I", value) for value in values)


def string(text):
    return uint32(len(text)) + text


class Hostile(paramiko.Transport):
    """Handles all messages of the connection protocol in place of paramiko's channels."""

    mode = ""
    began = None
    misbehaves = False
    stops_reading = False

    def say(self, number, body=b""):
        self.packetizer.send_message(bytes([number]) + body)

    def confirm(self, channel, window=2 << 20, packet=32768, number=0):
        self.say(OPEN_CONFIRMATION, uint32(channel, number, window, packet))

    def take_open(self, message):
        kind = message.get_text()
        channel = message.get_int()
        if kind != "direct-tcpip":
            self.say(OPEN_FAILURE, uint32(channel, 3) + string(b"") + string(b""))
            return
        self.began = channel if self.began is None else self.began
        act = getattr(self, "on_open_" + self.mode.replace("-", "_"), None)
        if act:
            act(channel)
            return
        self.confirm(channel)
        if not self.misbehaves:
            self.misbehaves = True
            threading.Thread(target=self.misbehave, daemon=True).start()

    def misbehave(self):
        try:
            act = getattr(self, "do_" + self.mode.replace("-", "_"), None)
            if act:
                act(self.began)
            # Sends "done" at the end, for tests that check whether the session survived. After the window was overrun,
            # it is repeated, because data is dropped until the window is open again.
            for _ in range(600 if self.mode == "window-overrun" else 1):
                self.say(DATA, uint32(self.began) + string(b"done"))
                time.sleep(0.1)
        except (EOFError, OSError) as error:
            print(self.mode, repr(error), file=sys.stderr)

    def take_other(self, number, message):
        message.get_int()
        if number == DATA and self.mode not in QUIET:
            self.say(DATA, uint32(self.began) + string(message.get_binary()))
        elif number == CLOSE:
            self.say(CLOSE, uint32(self.began))
        while self.stops_reading:
            time.sleep(0.1)

    # Responses to an open

    def on_open_window_0(self, channel):
        self.confirm(channel, window=0)

    def on_open_packet_0(self, channel):
        self.confirm(channel, packet=0)

    def on_open_packet_1(self, channel):
        self.confirm(channel, packet=1)

    def on_open_most(self, channel):
        self.confirm(channel, window=MOST, packet=MOST, number=MOST)

    def on_open_refusal(self, channel):
        self.say(OPEN_FAILURE, uint32(channel, 2) + string(TEXT) + string(TEXT[:9000]))

    def on_open_refusal_cut(self, channel):
        self.say(OPEN_FAILURE, uint32(channel))

    def on_open_confirmation_cut(self, channel):
        self.say(OPEN_CONFIRMATION, uint32(channel, 0))

    def on_open_disconnect_message(self, channel):
        self.say(DISCONNECT, uint32(11) + string(TEXT) + string(b""))

    def on_open_disconnect_message_cut(self, channel):
        self.say(DISCONNECT, uint32(11, MOST))

    # Misbehavior after a correct response

    def flood(self, number, body, total=None):
        for _ in range((total or FLOOD) // (len(body) + 64)):
            self.say(number, body)

    def do_window_overrun(self, channel):
        self.flood(DATA, uint32(channel) + string(b"x" * 32000))

    def do_extended_data(self, channel):
        self.flood(EXTENDED_DATA, uint32(channel, 1) + string(b"x" * 32000))

    def do_unknown_channels(self, channel):
        for number in range(2000):
            for kind in (DATA, EOF, CLOSE, SUCCESS, WINDOW_ADJUST):
                self.say(kind, uint32(channel + 1 + number, 4) + b"abcd")

    def do_empty_data(self, channel):
        for _ in range(30000):
            self.say(DATA, uint32(channel) + string(b""))

    def do_channel_requests(self, channel):
        for _ in range(8000):
            self.say(REQUEST, uint32(channel) + string(b"nonsense") + b"\x01")

    def do_exit_signals(self, channel):
        for size in [MOST, MOST - 1, 1 << 31] + [200000] * 2000:
            self.say(REQUEST, uint32(channel) + string(b"exit-signal") + b"\x00" + uint32(size))

    def do_adjust_overflow(self, channel):
        for _ in range(1000):
            self.say(WINDOW_ADJUST, uint32(channel, MOST))

    def do_ignore(self, channel):
        self.flood(IGNORE, string(b"x" * 32000))

    def do_debug(self, channel):
        self.flood(DEBUG, b"\x01" + string(TEXT[:9000]) + string(b""))

    def do_stray_replies(self, channel):
        self.flood(REQUEST_SUCCESS, b"x" * 32000, 4 * FLOOD)

    def do_unknown_messages(self, channel):
        self.flood(192, b"x" * 32000, 4 * FLOOD)

    def do_type_zero(self, channel):
        for _ in range(5000):
            self.say(0, b"x")

    def do_opens(self, channel):
        place = string(b"localhost") + uint32(80) + string(b"localhost") + uint32(81)
        for number in range(2000):
            for kind in (b"forwarded-tcpip", b"x11", b"session", b"auth-agent@openssh.com"):
                self.say(OPEN, string(kind) + uint32(number, 1 << 20, 32768) + place)
        self.say(OPEN, string(b"forwarded-tcpip") + uint32(1))

    def do_global_requests(self, channel):
        self.stops_reading = True
        for _ in range(30000):
            self.say(GLOBAL_REQUEST, string(b"nonsense@example.org") + b"\x01")

    def do_rekeys(self, channel):
        for _ in range(25):
            self.renegotiate_keys()

    def do_noise(self, channel):
        self.make_noise(4000, [channel, channel, 0, 1, MOST])

    def make_noise(self, count, channels):
        """Sends random messages with random numbers. The seed is printed, so that a failure can be reproduced."""
        seed = int.from_bytes(os.urandom(4), "big")
        print("noise, seed", seed, file=sys.stderr, flush=True)
        chance = random.Random(seed)
        # A disconnect or another key exchange would end the session early.
        numbers = [number for number in range(256) if number not in (DISCONNECT, 20, 21, 30, 31)]
        for _ in range(count):
            body = uint32(chance.choice(channels)) + chance.randbytes(chance.randrange(60))
            self.say(chance.choice(numbers), body[: chance.randrange(len(body) + 1)])

    def do_noise_of_the_exchange(self, channel):
        for number in (21, 30, 31, 20):
            self.say(number, bytes(range(40)))


Hostile._handler_table = dict(paramiko.Transport._handler_table)
Hostile._handler_table[OPEN] = Hostile.take_open
for message_number in (REQUEST_SUCCESS, 82, OPEN_CONFIRMATION, OPEN_FAILURE, WINDOW_ADJUST, DATA, EXTENDED_DATA, EOF, CLOSE, REQUEST, SUCCESS, 100):
    Hostile._handler_table[message_number] = lambda transport, message, number=message_number: transport.take_other(
        number, message
    )

# Modes in which the channel does not echo.
QUIET = {"window-overrun", "extended-data", "empty-data"}


class Login(paramiko.ServerInterface):
    def __init__(self, transport):
        self.transport = transport
        self.asked = 0

    def get_allowed_auths(self, username):
        return "publickey"

    def check_auth_publickey(self, username, key):
        self.transport.mode = username
        if username == "auth-hangup":
            self.asked += 1
            if self.asked > 1:
                self.transport.sock.shutdown(socket.SHUT_RDWR)
            return AUTH_FAILED
        if username == "auth-expired":
            # As sshd does if PAM refuses the account: the key is accepted, then comes a text, then the end.
            self.asked += 1
            if self.asked > 1:
                text = b"Your account has expired;\r\nplease contact your \x1b[1madministrator\r\n"
                self.transport.say(USERAUTH_BANNER, string(text) + string(b""))
                self.transport.sock.shutdown(socket.SHUT_RDWR)
            return AUTH_SUCCESSFUL
        if username == "auth-silence":
            while True:
                time.sleep(1)
        if username == "auth-disconnect-message":
            self.transport.say(DISCONNECT, uint32(2) + string(b"Too many authentication failures" + TEXT) + string(b""))
        if username.startswith("auth-banner"):
            for _ in range(20 if username == "auth-banner" else 400):
                self.transport.say(USERAUTH_BANNER, string(TEXT) + string(b""))
        if username == "auth-noise":
            self.transport.make_noise(40, [0, MOST])
        return AUTH_SUCCESSFUL


def serve(client, key):
    transport = Hostile(client)
    transport.add_server_key(key)
    try:
        transport.start_server(event=threading.Event(), server=Login(transport))
    except (paramiko.SSHException, EOFError, OSError):
        pass


def main():
    global FLOOD
    if len(sys.argv) > 2:
        FLOOD = int(sys.argv[2]) << 20
    # paramiko logs each unexpected message.
    logging.disable()
    key = paramiko.Ed25519Key(filename=sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def accept():
        while True:
            serve(listener.accept()[0], key)

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
