"""What schemathesis must know of this API beyond its description."""

import schemathesis


@schemathesis.serializer("application/wasm")
def wasm(ctx, value):
    """A component is sent as it is: bytes."""
    return value if isinstance(value, bytes) else str(value).encode()
