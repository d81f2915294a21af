"""What services of others hold: figures of CBS and the police, maps and squares of PDOK."""
