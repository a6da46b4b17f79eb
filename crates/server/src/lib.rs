//! The postern binary: configuration, wiring, listeners, telemetry and the command line.
