//! The stable codes of problems: programs tell them apart by these. A code that was once given out keeps its meaning.

use axum::http::StatusCode;

macro_rules! codes {
    ($($(#[doc = $words:literal])+ $code:ident = $status:ident $name:literal;)*) => {
        /// Why a request was not done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $words])+ $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// Snake-case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// The status of every problem with this code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)* }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$code => concat!($($words),+).trim(),)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON: `line` and `column` say where it ends to be.
    MalformedJson = BAD_REQUEST "malformed_json";
    /// The query of the address can't be read.
    MalformedQuery = BAD_REQUEST "malformed_query";
    /// What a form posted can't be read.
    MalformedForm = BAD_REQUEST "malformed_form";
    /// The body ended before it was whole.
    BodyBrokenOff = BAD_REQUEST "body_broken_off";
    /// `If-Match` is no tag that `ETag` gave.
    BadIfMatch = BAD_REQUEST "bad_if_match";
    /// `Idempotency-Key` does not have 1 to 255 ASCII characters.
    BadIdempotencyKey = BAD_REQUEST "bad_idempotency_key";
    /// `Last-Event-ID` is not the id of an event of this stream.
    BadLastEventId = BAD_REQUEST "bad_last_event_id";
    /// The body is no component.
    NotAComponent = BAD_REQUEST "not_a_component";
    /// A dry run of a component needs to know its trigger.
    NoTrigger = BAD_REQUEST "no_trigger";
    /// A token does not sign out.
    NotASession = BAD_REQUEST "not_a_session";
    /// Nobody is known to call: sign in, or send a token.
    Unauthenticated = UNAUTHORIZED "unauthenticated";
    /// E-mail address or password is wrong.
    WrongCredentials = UNAUTHORIZED "wrong_credentials";
    /// Whoever signs in must send the code that their device shows.
    SecondFactorRequired = UNAUTHORIZED "second_factor_required";
    /// That code of a second factor is wrong, or was used before.
    WrongCode = UNAUTHORIZED "wrong_code";
    /// The signature of an outside system is wrong, too old, or nobody's.
    BadSignature = UNAUTHORIZED "bad_signature";
    /// The caller may not: `scope` says what a token lacks.
    Forbidden = FORBIDDEN "forbidden";
    /// Only its reader presses the buttons of a notification.
    NotificationOfAnother = FORBIDDEN "notification_of_another";
    /// The form is not for pages of that site.
    OriginNotAllowed = FORBIDDEN "origin_not_allowed";
    /// It is not there, or out of the caller's reach.
    NotFound = NOT_FOUND "not_found";
    /// That path is not for this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED "method_not_allowed";
    /// Others changed the same again and again: try once more.
    Conflict = CONFLICT "conflict";
    /// Another record has that unique key: `holder` says which.
    Duplicate = CONFLICT "duplicate";
    /// A request with the same `Idempotency-Key` is being done.
    IdempotencyInFlight = CONFLICT "idempotency_in_flight";
    /// The rule refused, and says why.
    Refused = CONFLICT "refused";
    /// The rule is switched off.
    PluginDisabled = CONFLICT "plugin_disabled";
    /// Several plugins have that command: say which in `plugin`.
    AmbiguousCommand = CONFLICT "ambiguous_command";
    /// The offer is over: the detail says what became of it.
    NotificationSettled = CONFLICT "notification_settled";
    /// The component is built for an older contract than the release in use.
    ContractDowngrade = CONFLICT "contract_downgrade";
    /// The plugin lacks grants: `missing` names them.
    NotGranted = CONFLICT "not_granted";
    /// The run was not given up, so there is nothing to run again.
    NotGivenUp = CONFLICT "not_given_up";
    /// There is a second factor already.
    SecondFactorSet = CONFLICT "second_factor_set";
    /// No second factor was begun.
    NothingToConfirm = CONFLICT "nothing_to_confirm";
    /// There is no template for that paper.
    NoTemplate = CONFLICT "no_template";
    /// There are so many already that no more are taken.
    TooMany = CONFLICT "too_many";
    /// The record has changed since the version that the request rests on: `version` is the one now.
    Stale = PRECONDITION_FAILED "stale";
    /// The body is larger than `limit` bytes.
    BodyTooLarge = PAYLOAD_TOO_LARGE "body_too_large";
    /// The body is of a type that is not read there.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type";
    /// Values break rules: `errors` names each field.
    Invalid = UNPROCESSABLE_ENTITY "invalid";
    /// That `Idempotency-Key` was another request's.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY "idempotency_key_reused";
    /// The component can't be used, and the detail says why.
    BadComponent = UNPROCESSABLE_ENTITY "bad_component";
    /// Nobody whom the host trusts has signed the component, or the signature is of something else.
    UntrustedComponent = UNPROCESSABLE_ENTITY "untrusted_component";
    /// The mail can't be read.
    BadMail = UNPROCESSABLE_ENTITY "bad_mail";
    /// The template has a fault: `faults` says where, to an admin who tries it.
    BadTemplate = UNPROCESSABLE_ENTITY "bad_template";
    /// The template takes too long.
    TemplateTooSlow = UNPROCESSABLE_ENTITY "template_too_slow";
    /// What the template makes is too large.
    TemplateTooLarge = UNPROCESSABLE_ENTITY "template_too_large";
    /// Tried too often: `Retry-After` says how long to wait.
    TooManyTries = TOO_MANY_REQUESTS "too_many_tries";
    /// There is more to do than the host takes on: `limit` says of what, `Retry-After` when to send it again.
    Overloaded = TOO_MANY_REQUESTS "overloaded";
    /// The host's own fault: its log says more under `error_id`.
    Internal = INTERNAL_SERVER_ERROR "internal";
    /// The rule failed, and nothing was changed: `run` says why.
    RunFailed = INTERNAL_SERVER_ERROR "run_failed";
    /// The host does not take requests yet, or no more.
    NotReady = SERVICE_UNAVAILABLE "not_ready";
    /// It took too long.
    Timeout = SERVICE_UNAVAILABLE "timeout";
    /// Too many papers are being made: `Retry-After` says when to come again.
    Busy = SERVICE_UNAVAILABLE "busy";
    /// The database could not do its part: `Retry-After` says when to come again.
    StoreUnavailable = SERVICE_UNAVAILABLE "store_unavailable";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_is_told_apart_and_explained() {
        let names: HashSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.words().ends_with('.'), "{code:?}");
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
        }
    }
}
