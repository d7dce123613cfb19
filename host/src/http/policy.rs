//! Who may call what. A router is built through [`Routes`] alone, which takes no route without a row in the table, and
//! puts a guard before each.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::UtoipaMethodRouter;

use super::identity::{Caller, identify};
use super::kit::Kit;
use super::problem::{Problem, Result};
use crate::crm::user::Role;

/// One row: who may call one endpoint.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The method.
    pub method: Method,
    /// The path, with `{id}` and the like.
    pub path: String,
    /// Who may.
    pub who: Who,
    /// Whether it is refused while there is too much to do.
    pub gives_way: bool,
}

/// Who may call an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Public,
    /// Everybody known: any role, any token.
    Known,
    /// People of this role or a higher one; programs whose token has the scope. A program that acts for a person needs
    /// both.
    Role {
        /// The lowest role.
        least: Role,
        /// The scope.
        scope: Cow<'static, str>,
    },
}

impl Who {
    /// That role and that scope.
    #[must_use]
    pub fn role(least: Role, scope: impl Into<Cow<'static, str>>) -> Self {
        Self::Role { least, scope: scope.into() }
    }

    /// Whether this caller may.
    ///
    /// # Errors
    /// 403 that says what is missing.
    pub fn check(&self, caller: &Caller) -> Result<()> {
        let Self::Role { least, scope } = self else { return Ok(()) };
        if let Some(person) = &caller.person
            && rank(person.role) < rank(*least)
        {
            return Err(Problem::forbidden(format!("this is for the role {} and higher", role_name(*least))));
        }
        if !caller.reaches(scope) {
            return Err(
                Problem::forbidden(format!("the token lacks the scope `{scope}`")).with("scope", scope.as_ref())
            );
        }
        Ok(())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("everybody"),
            Self::Known => f.write_str("everybody known"),
            Self::Role { least, scope } => write!(f, "{} · {scope}", role_name(*least)),
        }
    }
}

const fn rank(role: Role) -> u8 {
    match role {
        Role::Member => 0,
        Role::Head => 1,
        Role::Admin => 2,
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Head => "head",
        Role::Admin => "admin",
    }
}

/// The table and the router do not fit each other: a fault of the program's.
#[derive(Debug, thiserror::Error)]
#[error("routes and policy differ: {}", .0.join("; "))]
pub struct Gap(Vec<String>);

/// A router under construction.
pub struct Routes<S> {
    kit: Kit,
    table: Vec<Rule>,
    mounted: BTreeSet<usize>,
    faults: Vec<String>,
    router: Router<S>,
    openapi: OpenApi,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    #[must_use]
    pub fn new(kit: Kit, table: Vec<Rule>, openapi: OpenApi) -> Self {
        Self { kit, table, mounted: BTreeSet::new(), faults: Vec::new(), router: Router::new(), openapi }
    }

    /// With the endpoint that `utoipa_axum::routes!(handler)` gives: one handler, so that each has a guard of its own.
    #[must_use]
    pub fn with(mut self, (schemas, paths, endpoint): UtoipaMethodRouter<S>) -> Self {
        self.openapi.components.get_or_insert_default().schemas.extend(schemas);
        for (path, mut item) in paths.paths {
            let Some((method, operation)) = only_operation(&mut item) else {
                self.faults.push(format!("{path} must be added one method at a time"));
                continue;
            };
            let found = self.table.iter().position(|rule| rule.method == method && rule.path == path);
            let Some(at) = found else {
                self.faults.push(format!("{method} {path} has no row in the policy"));
                continue;
            };
            self.mounted.insert(at);
            let Rule { who, gives_way, .. } = self.table[at].clone();
            document(operation, &who);
            let guard = Guard { kit: self.kit.clone(), who, gives_way };
            self.router = self.router.route(&path, endpoint.clone().route_layer(from_fn_with_state(guard, admit)));
            match self.openapi.paths.paths.get_mut(&path) {
                Some(there) => there.merge_operations(item),
                None => {
                    self.openapi.paths.paths.insert(path, item);
                }
            }
        }
        self
    }

    /// The router and its description.
    ///
    /// # Errors
    /// [`Gap`] where a route has no row, or a row no route.
    pub fn finish(mut self) -> std::result::Result<(Router<S>, OpenApi), Gap> {
        for (at, rule) in self.table.iter().enumerate() {
            if !self.mounted.contains(&at) {
                self.faults.push(format!("{} {} stands in the policy and is no route", rule.method, rule.path));
            }
        }
        if self.faults.is_empty() { Ok((self.router, self.openapi)) } else { Err(Gap(self.faults)) }
    }
}

#[derive(Clone)]
struct Guard {
    kit: Kit,
    who: Who,
    gives_way: bool,
}

async fn admit(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    // Held until the answer is made.
    let _room = match guard.gives_way.then(|| guard.kit.pressure.admit()).transpose() {
        Ok(room) => room,
        Err(problem) => return problem.into_response(),
    };
    if guard.who == Who::Public {
        return next.run(request).await;
    }
    let caller = match identify(&guard.kit, request.method(), request.headers()).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    tracing::Span::current().record("caller", caller.account());
    if let Err(problem) = guard.who.check(&caller) {
        return problem.into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The operations of a path, with their methods.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
        (Method::OPTIONS, &mut item.options),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn only_operation(item: &mut PathItem) -> Option<(Method, &mut Operation)> {
    let mut there = operations(item);
    let only = there.next()?;
    if there.next().is_some() { None } else { Some(only) }
}

/// Writes into the description what the guard does.
fn document(operation: &mut Operation, who: &Who) {
    let security = match who {
        Who::Public => json!([]),
        _ => json!([{"session": []}, {"token": []}]),
    };
    operation.security = serde_json::from_value(security).ok();
    let text = operation.description.get_or_insert_default();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&match who {
        Who::Public => "For everybody.".to_owned(),
        Who::Known => "For everybody signed in, and every token.".to_owned(),
        Who::Role { least, scope } => {
            format!("For the role `{}` and higher; a token needs the scope `{scope}`.", role_name(*least))
        }
    });
}
