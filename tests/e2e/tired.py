#!/usr/bin/env python3
"""A server that resets whoever comes when it has its hands full is not blamed.

Forty names are at one address, where a relay lets three connections at a time
through to a server of the lab and resets all others.
"""
import asyncio
import socket
import struct
import sys
import threading

from laboratory import Laboratory

AT_ONCE, TARGETS, HOLD_S = 3, 40, 0.03


class Relay:
    def __init__(self, to):
        self.to, self.open, self.resets = to, 0, 0
        self.loop = asyncio.new_event_loop()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        self.loop.run_until_complete(
            asyncio.start_server(self.serve, sock=self.socket))
        self.loop.run_forever()

    async def serve(self, reader, writer):
        if self.open >= AT_ONCE:
            self.resets += 1
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
            return
        self.open += 1
        try:
            await self.relay(reader, writer)
        except OSError:
            pass
        finally:
            self.open -= 1
            writer.close()

    async def relay(self, reader, writer):
        await asyncio.sleep(HOLD_S)
        far_reader, far_writer = await asyncio.open_connection(*self.to)
        back = asyncio.ensure_future(self.copy(far_reader, writer))
        await self.copy(reader, far_writer)
        far_writer.close()
        back.cancel()

    @staticmethod
    async def copy(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def main():
    with Laboratory("--scenarios") as lab:
        served = next(row for row in lab.hosts if row["id"] == "ok")
        relay = Relay((served["ip"], int(served["port"])))
        threading.Thread(target=relay.run, daemon=True).start()
        targets = [{"id": str(i), "name": f"host{i}.lab.test",
                    "host": f"host{i}.lab.test", "port": relay.port}
                   for i in range(TARGETS)]
        found = lab.scan(
            targets, served["trust"], "-c", str(TARGETS), "--per-ip", "16",
            "--retries", "1", "--resolve", f"*:{relay.port}:127.0.0.1",
            "-t", "30")
        relay.loop.call_soon_threadsafe(relay.loop.stop)
    blamed = [record["error"] for record in found.values()
              if record["status"] != "success"]
    good = len(found) == TARGETS and relay.resets > 0 and not blamed
    print(f"{'ok' if good else 'not ok'} - a server that resets under load")
    print(f"# {relay.resets} resets, {len(blamed)} blamed: {blamed[:2]}")
    return not good


sys.exit(main())
