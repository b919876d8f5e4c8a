"""Rounds to the lower desks (调度): what is asked, what was answered; and the consultations (会商研判) after them."""
