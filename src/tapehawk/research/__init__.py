"""What learns: models trained on past signals, and how they are judged. Needs the extra `tapehawk[ml]`."""
