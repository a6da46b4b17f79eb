//! The data plane: target, session cache, gate, forward-auth dialects, upstream and header hygiene.
