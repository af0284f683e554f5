"""Where bars come from: one file or folder per source; none knows another."""
