"""This server and its peers in one run, in turn, on the same texts: `script/bench side_by_side`."""
