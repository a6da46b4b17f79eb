//! The demonstration: a stand-in identity provider, a sample backend and the process that runs both beside the gateway.
