#!/usr/bin/python3
"""Simulates the notification server of a desktop and records its calls, one JSON line per call.

usage: notification-server.py ADDRESS RECORD [CAPABILITY…]

A line "dismiss ID" on standard input closes a notification like a user (reason 2).
"""
import json
import sys

import dbus
import dbus.bus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


class Server(dbus.service.Object):
    def __init__(self, bus, record, capabilities):
        super().__init__(bus, "/org/freedesktop/Notifications")
        self.record, self.capabilities, self.last = record, capabilities, 0

    def write(self, **entry):
        self.record.write(json.dumps(entry) + "\n")
        self.record.flush()

    @dbus.service.method(NAME, in_signature="", out_signature="as")
    def GetCapabilities(self):
        return self.capabilities

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        if not replaces:
            self.last += 1
        number = int(replaces) or self.last
        self.write(call="Notify", id=number, replaces=int(replaces), app=app, icon=icon, summary=summary, body=body,
                   urgency=int(hints["urgency"]), category=str(hints["category"]),
                   desktopEntry=str(hints["desktop-entry"]), transient=bool(hints["transient"]), timeout=int(timeout))
        return dbus.UInt32(number)

    @dbus.service.method(NAME, in_signature="u", out_signature="")
    def CloseNotification(self, number):
        self.write(call="CloseNotification", id=int(number))
        self.NotificationClosed(number, dbus.UInt32(3))

    @dbus.service.signal(NAME, signature="uu")
    def NotificationClosed(self, number, reason):
        pass

    def hear(self, channel, _):
        line = channel.readline()
        if line.startswith("dismiss "):
            self.NotificationClosed(dbus.UInt32(int(line.split()[1])), dbus.UInt32(2))
            self.write(call="dismissed", id=int(line.split()[1]))
        return bool(line)


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
name = dbus.service.BusName(NAME, bus, do_not_queue=True)
server = Server(bus, open(sys.argv[2], "a"), dbus.Array(sys.argv[3:], signature="s"))
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, server.hear)
server.write(call="ready")
GLib.MainLoop().run()
