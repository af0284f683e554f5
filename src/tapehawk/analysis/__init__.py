"""Deep analysis, one part a file: what a part asks of the bars, and the pure function from that to its answer."""
