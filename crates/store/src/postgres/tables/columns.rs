//! The columns of the tables that the backend may have made: `users` and the two of the guide.

use Kind::{Address, Count, Flag, Id, List, Text, Time};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Text,
    List,
    Flag,
    Count,
    Time,
    Address,
}

/// Column that the statements read or write.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Type and default with which it is made. Empty: no table is of use without it.
    pub(super) definition: &'static str,
    /// Its values decide who gets in, so that after the migrations an empty one must not take its place.
    pub(super) decides: bool,
    /// `NULL` is written to it.
    pub(super) empties: bool,
}

/// [`Column::decides`].
const DECIDES: u8 = 1;
/// [`Column::empties`].
const EMPTIES: u8 = 2;

const fn column(table: &'static str, name: &'static str, kind: Kind, definition: &'static str, marks: u8) -> Column {
    Column { table, name, kind, definition, decides: marks & DECIDES != 0, empties: marks & EMPTIES != 0 }
}

const USERS: &str = "users";
const SETTINGS: &str = "user_2fa_settings";
const ATTEMPTS: &str = "user_2fa_attempts";
const STAMPED: &str = "timestamp DEFAULT (now() AT TIME ZONE 'UTC')";

pub(super) const COLUMNS: [Column; 39] = [
    column(USERS, "id", Id, "", DECIDES),
    column(USERS, "google_id", Text, "varchar(255)", DECIDES),
    column(USERS, "email", Text, "", DECIDES),
    column(USERS, "full_name", Text, "varchar(255)", EMPTIES),
    column(USERS, "avatar_url", Text, "varchar(500)", EMPTIES),
    column(USERS, "last_login", Time, "timestamp", 0),
    column(USERS, "created_at", Time, "timestamp", 0),
    column(USERS, "updated_at", Time, "timestamp", 0),
    column(USERS, "is_active", Flag, "boolean DEFAULT true", DECIDES),
    column(USERS, "requires_2fa", Flag, "boolean DEFAULT false", DECIDES),
    column(USERS, "twofa_enforced_at", Time, "timestamp", DECIDES | EMPTIES),
    column(USERS, "oidc_issuer", Text, "varchar(255)", DECIDES | EMPTIES),
    column(SETTINGS, "id", Id, "uuid DEFAULT gen_random_uuid()", DECIDES),
    column(SETTINGS, "user_id", Id, "uuid", DECIDES),
    column(SETTINGS, "is_enabled", Flag, "boolean DEFAULT false", DECIDES),
    column(SETTINGS, "totp_secret", Text, "varchar(255)", DECIDES),
    column(SETTINGS, "backup_codes", List, "text[]", 0),
    column(SETTINGS, "created_at", Time, STAMPED, 0),
    column(SETTINGS, "updated_at", Time, STAMPED, 0),
    column(SETTINGS, "last_used_at", Time, "timestamp", 0),
    column(SETTINGS, "setup_token", Text, "varchar(255)", EMPTIES),
    column(SETTINGS, "setup_expires_at", Time, "timestamp", EMPTIES),
    column(SETTINGS, "failed_attempts", Count, "integer DEFAULT 0", 0),
    column(SETTINGS, "locked_until", Time, "timestamp", EMPTIES),
    column(SETTINGS, "totp_last_step", Count, "bigint", 0),
    column(SETTINGS, "backup_failed_attempts", Count, "integer DEFAULT 0", 0),
    column(SETTINGS, "backup_locked_until", Time, "timestamp", EMPTIES),
    column(SETTINGS, "totp_id", Id, "uuid", EMPTIES),
    column(SETTINGS, "totp_name", Text, "text", EMPTIES),
    column(SETTINGS, "email_2fa_enabled", Flag, "boolean DEFAULT false", 0),
    column(SETTINGS, "sms_phone", Text, "varchar(20)", EMPTIES),
    column(SETTINGS, "sms_phone_confirmed", Text, "varchar(20)", EMPTIES),
    column(ATTEMPTS, "id", Id, "uuid DEFAULT gen_random_uuid()", 0),
    column(ATTEMPTS, "user_id", Id, "uuid", 0),
    column(ATTEMPTS, "attempt_type", Text, "varchar(20)", 0),
    column(ATTEMPTS, "success", Flag, "boolean", 0),
    column(ATTEMPTS, "ip_address", Address, "inet", EMPTIES),
    column(ATTEMPTS, "user_agent", Text, "text", EMPTIES),
    column(ATTEMPTS, "created_at", Time, STAMPED, 0),
];

const TEXTS: [&str; 4] = ["varchar", "text", "bpchar", "citext"];
const INTEGERS: [&str; 3] = ["int2", "int4", "int8"];

impl Kind {
    /// Whether the statements work on a column of this type (`pg_type.typname`).
    pub(super) fn takes(self, found: &str) -> bool {
        match self {
            Id => found == "uuid",
            Text => TEXTS.contains(&found),
            List => ["_text", "_varchar", "_bpchar"].contains(&found),
            Flag => found == "bool",
            Count => INTEGERS.contains(&found),
            Time => ["timestamp", "timestamptz"].contains(&found),
            Address => TEXTS.contains(&found) || ["inet", "cidr"].contains(&found),
        }
    }
}

impl Column {
    /// `table.column`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.table, self.name)
    }

    /// The type with which it is made.
    pub(super) fn sql_type(&self) -> &'static str {
        match (self.kind, self.definition) {
            (Id, _) => "uuid",
            (Text, "") => "varchar(255)",
            (_, definition) => definition.split_once(" DEFAULT ").map_or(definition, |(sql_type, _)| sql_type),
        }
    }

    /// The expression that converts a value of type `found` without loss. `None` if there is none, and for `users`, whose
    /// types are the backend's.
    pub(super) fn conversion(&self, found: &str, is_enum: bool) -> Option<String> {
        let (name, text, whole) = (self.name, TEXTS.contains(&found), INTEGERS.contains(&found));
        if self.table == USERS {
            return None;
        }
        match self.kind {
            Id if text => Some(format!("{name}::text::uuid")),
            // The number stays readable in the identifier.
            Id if whole && name == "id" => Some(format!("lpad(to_hex({name}::bigint), 32, '0')::uuid")),
            Text if is_enum => Some(format!("{name}::text")),
            // A list of digests is the same in JSON and in an array's text but for the brackets.
            List if text || ["json", "jsonb"].contains(&found) => Some(format!(
                "CASE WHEN {name}::text IN ('', 'null') THEN NULL ELSE translate({name}::text, '[]', '{{}}')::text[] END"
            )),
            Flag if whole => Some(format!("{name} <> 0")),
            Count if text || found == "numeric" => Some(format!("{name}::text::{}", self.sql_type())),
            Time if found == "date" => Some(format!("{name}::timestamp")),
            _ => None,
        }
    }
}

/// The tables of schema `postern`, and their columns.
pub(super) const OURS: [(&str, &str); 17] = [
    ("postern.audit_events", "id at kind user_id session_id ip_address user_agent detail"),
    ("postern.authenticators", "id user_id factor_id totp_secret last_step name created_at"),
    ("postern.enrolment_tickets", "user_id required ticket expires_at session_id failures locked_until"),
    ("postern.fresh_codes", "session_id sealed expires_at"),
    ("postern.hand_overs", "code session_id session_token host binding return_url expires_at used"),
    ("postern.host_tokens", "token session_id session_token host made_at"),
    ("postern.kept_posts", "id user_id sealed expires_at"),
    (
        "postern.mail_queue",
        "event_id kind user_id recipient detail at ip_address user_agent attempts due_at leased_until language",
    ),
    ("postern.meta", "key value"),
    (
        "postern.passkeys",
        "id user_id factor_id credential public_key counter backup_eligible backed_up name created_at last_used_at",
    ),
    ("postern.pending_enrolments", "id session_id user_id token sealed_secret replaces tries expires_at adds"),
    ("postern.replays", "key user_id sealed expires_at"),
    ("postern.sent_codes", "id user_id session_id kind digest sent_at number"),
    (
        "postern.sessions",
        "id user_id token version first_factor_at second_factor second_factor_at last_seen_at ip_address user_agent email \
         hosted_domain set_up_until second_factor_id given_name second_factor_passkey second_factor_authenticator \
         trusted_device device_key device_key_id device_bound_at language",
    ),
    ("postern.signing_keys", "kid algorithm sealed_private created_at signs_from revoked_at"),
    (
        "postern.trusted_devices",
        "id user_id factor_id secret former_secret replaced_at trusted_at expires_at last_used_at ip_address user_agent",
    ),
    ("postern.user_groups", "user_id name"),
];
