//! Description of a device from its user agent, for users to recognise their own. No decision depends on it.

use postern_model::user_agent;

use crate::language::{Argument, Text};

/// Returns browser and system ("Firefox on Windows"), or "Unknown device". The names come from fixed lists, never from
/// the client.
pub fn describe_device(user_agent: Option<&str>) -> Text {
    let Some(agent) = user_agent else { return Text::new("device-unknown") };
    let browser = match agent.contains("okhttp/") {
        true => Some(Text::new("device-android-app").value()),
        false => user_agent::browser(agent).map(Argument::value),
    };
    match (browser, user_agent::system(agent)) {
        (Some(browser), Some(system)) => Text::new("device-both").with("browser", browser).with("system", system),
        (Some(browser), None) => Text::new("device-browser").with("browser", browser),
        (None, Some(system)) => Text::new("device-system").with("system", system),
        (None, None) => Text::new("device-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Texts;

    fn told(user_agent: Option<&str>) -> String {
        Texts::default().plain(&describe_device(user_agent))
    }

    #[test]
    fn common_browsers_are_recognised() {
        for (agent, words) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 \
                 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 \
                 Edg/126.0.0.0",
                "Edge on macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.8.0", "curl"),
            ("okhttp/4.12.0", "an Android app"),
            ("Something/1.0 (Linux)", "Unknown browser on Linux"),
        ] {
            assert_eq!(told(Some(agent)), words);
        }
    }

    #[test]
    fn nothing_of_the_client_s_text_is_shown() {
        assert_eq!(told(Some("<script>alert(1)</script>")), "Unknown device");
        assert_eq!(told(None), "Unknown device");
    }
}
