"""What the diary tells the rooms above it, inside the transaction of the change: they follow by `connect`, the diary knows none of them."""

from django.dispatch import Signal

state_changed = Signal()  # appointment, before (the state it left), actor, at
moved = Signal()  # appointment, before (dentist_id and branch_id that it left), actor, at; a receiver that cannot follow refuses the move
