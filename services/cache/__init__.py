"""What a build remembers between its source and its layers: figures that are not protected, for their owner alone."""
