"""The HTTP service: one router per surface; asks and answers, decides nothing."""
