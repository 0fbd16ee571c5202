"""Standstill: times in which clocks stand, by a pause, an outage of ours, or a clock that leapt."""
