"""What schemathesis must know of this API beyond its description."""

import schemathesis


@schemathesis.serializer("application/wasm")
def wasm(ctx, value):
    """A component is sent as it is: bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer("message/rfc822")
def mail(ctx, value):
    """So is a mail message."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def filter_case(context, case):
    """A header that nobody knows is no fault: RFC 9110, section 5.1, has it ignored."""
    return "x-schemathesis-unknown-property" not in {name.lower() for name in case.headers or {}}
