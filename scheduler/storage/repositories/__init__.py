"""Repositories, one module per noun: domain values in, domain values out, in sets."""
