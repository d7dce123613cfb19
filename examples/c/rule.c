// VIP leads: scores new leads, gives the important ones to whoever has least to do, and tells the head.
//
// An instance lives for one run, so nothing is freed here. What an export returns the bindings free: it is always made
// with `owned`.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "plugin.h"
#include "score.h"

typedef takt_crm_types_error_t host_error_t;
typedef exports_takt_crm_rule_failure_t failure_t;
typedef takt_crm_leads_lead_t lead_t;
typedef takt_crm_users_user_t user_t;

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char CONFIG_SCHEMA[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
    "\"department\": {\"type\": \"string\", \"default\": \"sales\","
    " \"description\": \"Key of the department whose people take VIP leads.\"},"
    "\"amount\": {\"type\": \"integer\", \"default\": 1000000,"
    " \"description\": \"What a lead has to be worth for 50 points, in minor units.\"},"
    "\"sources\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"maxItems\": 32,"
    " \"default\": [\"referral\", \"partner\"], \"description\": \"Sources that give 30 points.\"},"
    "\"vip_from\": {\"type\": \"integer\", \"default\": 70, \"description\": \"The points that make a lead a VIP.\"}}}";

static plugin_string_t text(const char *words) { return (plugin_string_t){(uint8_t *)words, strlen(words)}; }

static plugin_string_t owned(const char *words) { return text(strdup(words)); }

// The text as printf's `%.*s` takes it.
#define SHOW(text) (int)(text).len, (const char *)(text).ptr

static plugin_string_t format(const char *pattern, ...) {
  va_list values;
  va_start(values, pattern);
  int length = vsnprintf(NULL, 0, pattern, values);
  va_end(values);
  char *made = malloc((size_t)length + 1);
  va_start(values, pattern);
  vsnprintf(made, (size_t)length + 1, pattern, values);
  va_end(values);
  return text(made);
}

void exports_takt_crm_rule_describe(exports_takt_crm_rule_manifest_t *manifest) {
  static const char *const needs[][2] = {
      {"leads:read", "To score leads, and to count what people have to do."},
      {"leads:write", "To mark a VIP lead and to give it to its owner."},
      {"users:read", "To find who is present."},
      {"departments:read", "To find the department and its head."},
      {"notifications:write", "To tell the owner and the head."},
  };
  *manifest = (exports_takt_crm_rule_manifest_t){
      .name = owned("vip-leads"),
      .version = owned("0.1.0"),
      .title = owned("VIP leads"),
      .summary = owned(
          "Scores new leads, gives the important ones to whoever has least to do, and tells the head."),
      .config_schema = owned(CONFIG_SCHEMA),
  };
  manifest->subscriptions.ptr = calloc(1, sizeof *manifest->subscriptions.ptr);
  manifest->subscriptions.len = 1;
  manifest->subscriptions.ptr[0] = (exports_takt_crm_rule_subscription_t){
      .event = owned("lead.created"),
      .when = {true, owned("after.status == 'new' && after.owner == null")},
  };
  manifest->needs.ptr = calloc(COUNT(needs), sizeof *manifest->needs.ptr);
  manifest->needs.len = COUNT(needs);
  for (size_t i = 0; i < COUNT(needs); i++) {
    manifest->needs.ptr[i] = (exports_takt_crm_rule_need_t){owned(needs[i][0]), owned(needs[i][1])};
  }
}

static bool permanent(failure_t *failure, plugin_string_t why) {
  *failure = (failure_t){.tag = EXPORTS_TAKT_CRM_RULE_FAILURE_PERMANENT, .val.permanent = why};
  return false;
}

// What the run ends with when the host refused: only what may pass by itself is tried again.
static bool refused(failure_t *failure, const host_error_t *error) {
  switch (error->tag) {
    case TAKT_CRM_TYPES_ERROR_OTHER:
      *failure = (failure_t){.tag = EXPORTS_TAKT_CRM_RULE_FAILURE_RETRY};
      return false;
    case TAKT_CRM_TYPES_ERROR_DENIED:
      return permanent(failure, format("%.*s is not granted", SHOW(error->val.denied)));
    case TAKT_CRM_TYPES_ERROR_INVALID: {
      const takt_crm_types_field_error_t *field = error->val.invalid.ptr;
      return permanent(failure, format("the host refused: %.*s %.*s", SHOW(field->field), SHOW(field->message)));
    }
    default:
      return permanent(failure, owned("the host refused"));
  }
}

// Of who is present, the head aside, the one with the fewest open leads. `best->is_some` tells whether there is one.
static bool least_busy(plugin_string_t department, const takt_crm_departments_option_user_t *head,
                       takt_crm_departments_option_user_t *best, failure_t *failure) {
  host_error_t error;
  uint64_t fewest = 0;
  takt_crm_leads_status_t open[] = {TAKT_CRM_LEADS_STATUS_NEW, TAKT_CRM_LEADS_STATUS_IN_PROGRESS,
                                    TAKT_CRM_LEADS_STATUS_PROCESSING, TAKT_CRM_LEADS_STATUS_WAITING};
  takt_crm_users_filter_t who = {.department = {true, department}, .active = {true, true}, .present = {true, true}};
  takt_crm_users_page_t page = {.limit = 200};
  best->is_some = false;
  do {
    takt_crm_users_tuple2_list_user_option_string_t found;
    if (!takt_crm_users_find(&who, &page, &found, &error)) return refused(failure, &error);
    for (size_t i = 0; i < found.f0.len; i++) {
      user_t *user = &found.f0.ptr[i];
      if (head->is_some && text_equal(user->id, head->val.id)) continue;
      takt_crm_leads_filter_t theirs = {.status = {open, COUNT(open)}, .owner = {true, user->id}};
      uint64_t count;
      if (!takt_crm_leads_count(&theirs, &count, &error)) return refused(failure, &error);
      if (!best->is_some || count < fewest) {
        *best = (takt_crm_departments_option_user_t){true, *user};
        fewest = count;
      }
    }
    page.cursor = found.f1;
  } while (page.cursor.is_some);
  return true;
}

static bool tell(const lead_t *lead, int points, const takt_crm_departments_option_user_t *owner,
                 const takt_crm_departments_option_user_t *head, failure_t *failure) {
  host_error_t error;
  takt_crm_notifications_list_id_t sent;
  takt_crm_types_id_t readers[2];
  takt_crm_notifications_draft_t draft = {.to = {readers, 0}};
  if (owner->is_some) readers[draft.to.len++] = owner->val.id;
  if (head->is_some) readers[draft.to.len++] = head->val.id;
  if (draft.to.len == 0) return true;

  plugin_tuple2_string_string_t title[] = {{text("en"), text("A VIP lead has come in")},
                                           {text("ru"), text("Пришёл VIP-лид")}};
  plugin_string_t english = text("Nobody is there to take it."), russian = text("Взять его некому.");
  if (owner->is_some) {
    english = format("%.*s takes care of it.", SHOW(owner->val.name));
    russian = format("Им займётся %.*s.", SHOW(owner->val.name));
  }
  plugin_tuple2_string_string_t body[] = {
      {text("en"), format("“%.*s” scores %d of 100. %.*s", SHOW(lead->title), points, SHOW(english))},
      {text("ru"), format("«%.*s»: %d из 100. %.*s", SHOW(lead->title), points, SHOW(russian))},
  };
  draft.title = (takt_crm_types_localized_t){title, COUNT(title)};
  draft.body = (takt_crm_types_localized_t){body, COUNT(body)};
  draft.about.is_some = true;
  draft.about.val = (takt_crm_types_reference_t){text("lead"), lead->id};
  draft.key = (plugin_option_string_t){true, format("vip:%.*s", SHOW(lead->id))};
  return takt_crm_notifications_notify(&draft, &sent, &error) || refused(failure, &error);
}

static bool on_lead(plugin_string_t id, const config_t *config, failure_t *failure) {
  host_error_t error;
  lead_t lead;
  // The lead as it stands now: it may have been taken or deleted since.
  if (!takt_crm_leads_get(&id, &lead, &error)) {
    return error.tag == TAKT_CRM_TYPES_ERROR_NOT_FOUND || refused(failure, &error);
  }
  int points = score(&lead, config);
  if (lead.owner.is_some || lead.status != TAKT_CRM_LEADS_STATUS_NEW || points < config->vip_from) return true;

  plugin_string_t key = config->department;
  takt_crm_departments_option_department_t department;
  takt_crm_departments_option_user_t head, owner;
  if (!takt_crm_departments_by_key(&key, &department, &error)) return refused(failure, &error);
  if (!department.is_some) {
    return permanent(failure, format("there is no department `%.*s`", SHOW(key)));
  }
  if (!takt_crm_departments_head(&department.val.id, NULL, &head, &error)) return refused(failure, &error);
  if (!least_busy(department.val.id, &head, &owner, failure)) return false;

  takt_crm_leads_changes_t changes = {
      .custom = {true, format("{\"vip\": true, \"vip_score\": %d}", points)},
  };
  if (owner.is_some) {
    changes.owner.is_some = changes.owner.val.is_some = true;
    changes.owner.val.val = owner.val.id;
    changes.status.is_some = true;
    changes.status.val = TAKT_CRM_LEADS_STATUS_IN_PROGRESS;
  }
  if (!takt_crm_leads_update(&lead.id, &changes, &lead, &error)) return refused(failure, &error);
  return tell(&lead, points, &owner, &head, failure);
}

bool exports_takt_crm_rule_handle(exports_takt_crm_rule_context_t *context, exports_takt_crm_rule_trigger_t *trigger,
                                  exports_takt_crm_rule_option_reply_t *reply, failure_t *failure) {
  config_t config;
  reply->is_some = false;
  if (trigger->tag != EXPORTS_TAKT_CRM_RULE_TRIGGER_EVENT) return true;
  if (!config_read(context->config, &config)) return permanent(failure, owned("cannot read the configuration"));
  return on_lead(trigger->val.event.about.id, &config, failure);
}
