//! Waiting before something is asked again that could not be done because the database was busy: a closer gives up soon, so
//! that recorders do not queue behind it. Never here: what is asked.

use std::time::Duration;

const TRIES_MAX: u32 = 40;
const WAIT: Duration = Duration::from_millis(100);

/// Lasts for some seconds.
#[derive(Debug)]
pub struct Patience {
    tries_left: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries_left: TRIES_MAX,
        }
    }
}

impl Patience {
    /// Waits a moment and says true, or says false when it has waited often enough.
    pub async fn waited(&mut self) -> bool {
        let Some(left) = self.tries_left.checked_sub(1) else {
            return false;
        };
        self.tries_left = left;
        tokio::time::sleep(WAIT).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn patience_has_an_end() {
        let mut patience = Patience { tries_left: 1 };
        assert!(patience.waited().await);
        assert!(!patience.waited().await);
    }
}
