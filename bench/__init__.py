"""Side-by-side benchmarks: ours and a peer or a limit in the same run."""
