"""Where large work is done: here, by processes of this computer, or by a cluster."""
