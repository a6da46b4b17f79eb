-- What the guide's migration adds (guide 1.1).
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE TABLE user_2fa_settings (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    user_id UUID REFERENCES users(id) ON DELETE CASCADE,
    is_enabled BOOLEAN DEFAULT FALSE,
    totp_secret VARCHAR(255),
    backup_codes TEXT[],
    sms_phone VARCHAR(20),
    email_2fa_enabled BOOLEAN DEFAULT FALSE,
    created_at TIMESTAMP DEFAULT NOW(),
    updated_at TIMESTAMP DEFAULT NOW(),
    last_used_at TIMESTAMP,
    setup_token VARCHAR(255),
    setup_expires_at TIMESTAMP,
    failed_attempts INTEGER DEFAULT 0,
    locked_until TIMESTAMP,
    UNIQUE(user_id)
);
CREATE TABLE user_2fa_attempts (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    user_id UUID REFERENCES users(id) ON DELETE CASCADE,
    attempt_type VARCHAR(20) NOT NULL,
    success BOOLEAN NOT NULL,
    ip_address INET,
    user_agent TEXT,
    created_at TIMESTAMP DEFAULT NOW()
);
CREATE INDEX idx_2fa_attempts_user_time ON user_2fa_attempts(user_id, created_at);
CREATE INDEX idx_2fa_attempts_failed ON user_2fa_attempts(user_id, success, created_at);
ALTER TABLE users ADD COLUMN requires_2fa BOOLEAN DEFAULT FALSE;
ALTER TABLE users ADD COLUMN twofa_enforced_at TIMESTAMP;
