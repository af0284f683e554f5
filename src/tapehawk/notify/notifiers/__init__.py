"""The notifiers, one file per kind; `tapehawk.notify.registry` finds them."""
