"""The room `home`."""
