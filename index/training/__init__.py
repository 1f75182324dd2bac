"""How the constants of the answering path are made; never imported by the rest."""
