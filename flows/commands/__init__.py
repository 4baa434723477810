"""The commands of the command line, by what they are about; ``flows/cli.py`` puts them together."""
