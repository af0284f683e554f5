"""The programs we compare with, written as their users would write them."""
