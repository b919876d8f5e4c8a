"""应急值守: the roster and what it lacks, handing over, the wake-up ladder, figures of a period."""
