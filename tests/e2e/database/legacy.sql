-- The backend's `users` as SQLAlchemy makes it: no defaults, no triggers, no extension.
CREATE TABLE users (
    id UUID NOT NULL,
    google_id VARCHAR(255),
    email VARCHAR(255) NOT NULL,
    full_name VARCHAR(255),
    avatar_url VARCHAR(500),
    last_login TIMESTAMP WITHOUT TIME ZONE,
    is_active BOOLEAN,
    created_at TIMESTAMP WITHOUT TIME ZONE,
    updated_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE UNIQUE INDEX ix_users_google_id ON users (google_id);
CREATE TABLE user_routers (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    router_id VARCHAR(255)
);
