"""Use cases: what people can do, one module per noun, over ports that the edges fill."""
