"""A network of the test's own."""
import ctypes
import fcntl
import os
import socket
import struct

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1


def enter_namespace():
    """With nothing in it but a loopback device; False where not allowed."""
    flags = NEW_NETWORK | (0 if os.geteuid() == 0 else NEW_USER)
    if ctypes.CDLL(None).unshare(flags) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack_from(
            "16xh", fcntl.ioctl(any_socket, GET_FLAGS, request))[0]
        fcntl.ioctl(any_socket, SET_FLAGS,
                    struct.pack("16sh14x", b"lo", flags | IS_UP))
    return True
