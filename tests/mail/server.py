"""A mail server that takes mail over TLS and from `sales` alone: at one port by STARTTLS, at another TLS from the start.

server.py FOLDER: reads cert.pem and key.pem there, writes both ports to `ports`, and what arrives into the Maildir `mail`.
"""

import asyncio
import pathlib
import socket
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

folder = pathlib.Path(sys.argv[1])
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder / "cert.pem", folder / "key.pem")


def authenticate(server, session, envelope, mechanism, login):
    # Not handled: the server answers for itself.
    return AuthResult(success=(login.login, login.password) == (b"sales", b"ri-ght"), handled=False)


async def listen(tls, **more):
    def conversation():
        return SMTP(Mailbox(folder / "mail"), authenticator=authenticate, auth_required=True, **more)

    server = await asyncio.get_running_loop().create_server(conversation, "localhost", 0, family=socket.AF_INET, ssl=tls)
    return server.sockets[0].getsockname()[1]


async def main():
    ports = await listen(None, tls_context=context, require_starttls=True), await listen(context, auth_require_tls=False)
    (folder / "ports.new").write_text(f"{ports[0]} {ports[1]}\n")
    (folder / "ports.new").rename(folder / "ports")
    await asyncio.Event().wait()


asyncio.run(main())
