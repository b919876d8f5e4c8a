"""应急值守: roster, handover, wake-up, duty log, call checks and their figures."""
