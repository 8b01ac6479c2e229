"""What the benchmarks share: the invented data, the peers' programs, the measuring."""
