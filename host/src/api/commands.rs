//! Buttons: on records and in notifications. A person presses, a plugin runs, and answers at once.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::errors::press_problem;
use super::idempotency::{self, Request};
use super::table::WITH_COMMANDS;
use super::{App, id, openapi, records};
use crate::crm::event::Command;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::notification::{Answer, Button, Notification};
use crate::engine::PressError;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::json::OptionalJson;
use crate::http::problem::{Problem, Result};
use crate::wasm::call::Reply;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    let mut all = vec![routes!(press_notification)];
    for kind in WITH_COMMANDS {
        let base = format!("/api/v1/{}/{{id}}/commands", kind.plural());
        all.push(describe_list(kind, &base));
        all.push(describe_press(kind, &format!("{base}/{{name}}")));
    }
    all
}

/// What goes with pressing a record's button.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PressBody {
    /// The plugin, where several have a command of that name.
    pub plugin: Option<String>,
    /// What the command takes, by the schema that the plugin declares.
    pub input: Value,
    /// The answer to the button's question.
    pub answer: Option<String>,
}

/// What goes with pressing a notification's button.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerBody {
    /// The answer to the button's question: a text, or a user's id.
    pub answer: Option<String>,
}

/// What came of a press.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PressView {
    /// The run that did it.
    pub run: Id,
    /// What the plugin answers.
    pub reply: Option<Reply>,
}

/// A button that a record shows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CommandView {
    /// Whose.
    pub plugin: String,
    /// The command.
    pub name: String,
    /// The button's words.
    pub title: String,
    /// JSON Schema of the input.
    pub input_schema: Option<Value>,
}

/// `GET /{plural}/{id}/commands`
async fn list(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): super::IdPath,
) -> Result<axum::Json<Value>> {
    records::within_reach(&app, &caller, kind, id(&path)?).await?;
    let catalogue = app.engine.catalogue();
    let buttons = catalogue.iter().filter(|plugin| plugin.row.enabled).flat_map(|plugin| {
        let shown = plugin.manifest.commands.iter().filter(|command| command.on.iter().any(|on| on == kind.name()));
        shown.map(|command| CommandView {
            plugin: plugin.row.name.clone(),
            name: command.name.clone(),
            title: command.title.clone(),
            input_schema: command.input_schema.clone(),
        })
    });
    let items: Vec<CommandView> = buttons.collect();
    Ok(axum::Json(json!({"items": items})))
}

/// `POST /{plural}/{id}/commands/{name}`
async fn press(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Path((path, name)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<PressBody>,
) -> Result<axum::Json<Value>> {
    let by = caller.person()?.id;
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    let plugin = declaring(&app, kind, &name, body.plugin.as_deref())?;
    let request = json!([plugin, body.input, body.answer]);
    let target = format!("{}/{}/commands/{name}", kind.plural(), record.id);
    let command =
        Command { name, by, on: Some(record.reference()), notification: None, input: body.input, answer: body.answer };
    done(&app, &caller, &headers, &target, &request, &plugin, command).await.map(axum::Json)
}

/// The plugin that has this command on that kind of record.
fn declaring(app: &App, kind: Kind, name: &str, asked: Option<&str>) -> Result<String> {
    let catalogue = app.engine.catalogue();
    let declares = |plugin: &crate::wasm::manifest::Manifest| {
        plugin.commands.iter().any(|command| command.name == name && command.on.iter().any(|on| on == kind.name()))
    };
    if let Some(asked) = asked {
        let plugin = catalogue.get(asked).ok_or_else(|| press_problem(PressError::NoPlugin(asked.to_owned())))?;
        if !declares(&plugin.manifest) {
            let (plugin, command) = (asked.to_owned(), name.to_owned());
            return Err(press_problem(PressError::NoCommand { plugin, command }));
        }
        return Ok(asked.to_owned());
    }
    let (enabled, disabled): (Vec<_>, Vec<_>) =
        catalogue.iter().filter(|plugin| declares(&plugin.manifest)).partition(|plugin| plugin.row.enabled);
    match (enabled.as_slice(), disabled.first()) {
        ([one], _) => Ok(one.row.name.clone()),
        ([], Some(disabled)) => Err(press_problem(PressError::Disabled(disabled.row.name.clone()))),
        ([], None) => Err(Problem::not_found(format!("no plugin has a command `{name}` for a {kind}"))),
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|plugin| plugin.row.name.as_str()).collect();
            let detail =
                format!("several plugins have a command `{name}`: say in `plugin` which, of {}", names.join(", "));
            Err(Problem::new(Code::AmbiguousCommand, detail).with("plugins", names))
        }
    }
}

/// Presses a button of one's own notification.
#[utoipa::path(post, path = "/api/v1/notifications/{id}/commands/{name}", tag = "inbox",
    operation_id = "notification_press",
    params(
        ("id" = Id, Path, description = "The notification."),
        ("name" = String, Path, description = "The button's command."),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, it is done once."),
    ),
    request_body(content = AnswerBody, description = "Where the button asks something."),
    responses((status = 200, description = "Done.", body = PressView)))]
async fn press_notification(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path((path, name)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<AnswerBody>,
) -> Result<axum::Json<Value>> {
    let by = caller.person()?.id;
    let notice = id(&path)?;
    let target = format!("notifications/{notice}/commands/{name}");
    let request = json!([body.answer]);
    // A request that was done is answered before the notification, settled by it, is looked at.
    if let Request::Done(outcome) = idempotency::look(&app, &caller, &headers, &target, &request).await? {
        return Ok(axum::Json(outcome));
    }
    let notification = open(&app, notice, by).await?;
    let button = button(&notification, &name)?;
    expect_answer(button, body.answer.as_deref())?;
    let Some(plugin) = &notification.plugin else {
        return Err(Problem::not_found("the notification is of no plugin: there is nothing to press"));
    };
    let command = Command {
        name,
        by,
        on: notification.about,
        notification: Some(notice),
        input: button.input.clone(),
        answer: body.answer,
    };
    match done(&app, &caller, &headers, &target, &request, plugin, command).await {
        // Somebody else was faster: say it as if it had been settled before.
        Err(problem) if problem.code() == Code::Refused => match open(&app, notice, by).await {
            Err(settled) if settled.code() == Code::NotificationSettled => Err(settled),
            _ => Err(problem),
        },
        other => other.map(axum::Json),
    }
}

/// The notification, where this reader can press its buttons.
async fn open(app: &App, id: Id, reader: Id) -> Result<Notification> {
    let record = records::living(app, Kind::Notification, id).await?;
    let notification: Notification = record.entity().map_err(|error| Problem::internal(&error))?;
    if notification.to != reader {
        let detail = "only the reader of a notification can press its buttons";
        return Err(Problem::new(Code::NotificationOfAnother, detail));
    }
    if notification.settled_at.is_some() {
        let detail = notification.outcome.clone().unwrap_or_else(|| "the offer is over".to_owned());
        return Err(Problem::new(Code::NotificationSettled, detail));
    }
    Ok(notification)
}

fn button<'a>(notification: &'a Notification, name: &str) -> Result<&'a Button> {
    notification
        .buttons
        .iter()
        .find(|button| button.command == name)
        .ok_or_else(|| Problem::not_found(format!("the notification has no button `{name}`")))
}

fn expect_answer(button: &Button, answer: Option<&str>) -> Result<()> {
    match (&button.asks, answer) {
        (Some(question), None) => Err(Problem::field("/answer", format!("is asked for: {}", question.prompt))),
        (None, Some(_)) => Err(Problem::field("/answer", "is not asked for")),
        (Some(question), Some(answer)) if question.answer == Answer::User => {
            answer.parse::<Id>().map(|_| ()).map_err(|error| Problem::field("/answer", error.to_string()))
        }
        (Some(_), Some(answer)) if answer.trim().is_empty() => Err(Problem::field("/answer", "must not be empty")),
        (Some(_), Some(answer)) if answer.len() > 10_000 => {
            Err(Problem::field("/answer", "must not be longer than 10,000 bytes"))
        }
        _ => Ok(()),
    }
}

/// Runs the command once, however often the request is sent.
async fn done(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    target: &str,
    request: &Value,
    plugin: &str,
    command: Command,
) -> Result<Value> {
    let key = match idempotency::look(app, caller, headers, target, request).await? {
        Request::Done(outcome) => return Ok(outcome),
        Request::Fresh(key) => key,
    };
    let pressed = app.engine.press(plugin, command, key).await.map_err(press_problem)?;
    Ok(json!({"run": pressed.run, "reply": pressed.reply}))
}

fn describe_list(kind: Kind, path: &str) -> UtoipaMethodRouter<App> {
    let operation = json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_commands", kind.name()),
        "summary": format!("The buttons that a {} shows.", kind.name()),
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
        "responses": {"200": {"description": "The buttons.", "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/CommandView"}}},
        }}}}},
    });
    endpoint(path, HttpMethod::Get, operation, get(list).layer(Extension(kind)))
}

fn describe_press(kind: Kind, path: &str) -> UtoipaMethodRouter<App> {
    let text = json!({"type": "string"});
    let operation = json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_press", kind.name()),
        "summary": format!("Presses a button of a {}.", kind.name()),
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}},
            {"name": "name", "in": "path", "required": true, "description": "The command.", "schema": text},
            {"name": "Idempotency-Key", "in": "header", "required": false, "schema": text},
        ],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/PressBody"}}}},
        "responses": {"200": {"description": "Done.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/PressView"},
        }}}},
    });
    endpoint(path, HttpMethod::Post, operation, post(press).layer(Extension(kind)))
}

fn endpoint(
    path: &str,
    method: HttpMethod,
    operation: Value,
    handler: axum::routing::MethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    let mut schemas = vec![
        ("CommandView".to_owned(), CommandView::schema()),
        ("PressBody".to_owned(), PressBody::schema()),
        ("PressView".to_owned(), PressView::schema()),
    ];
    PressView::schemas(&mut schemas);
    openapi::endpoint(method, path, operation, schemas, handler)
}
