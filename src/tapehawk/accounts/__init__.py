"""Who asks: users, sign-ins, tokens, what each role may do."""
