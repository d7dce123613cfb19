//! What the plugin says. An admin can change every text in the configuration.

takt_sdk::texts! {
    /// To everybody who could take a lead: title.
    OFFER_TITLE = { en: "New lead {lead}", ru: "Новый лид {lead}" }
    /// To everybody who could take a lead: body.
    OFFER_BODY = {
        en: "From: {customer}. Source: {source}.\n{message}",
        ru: "От кого: {customer}. Источник: {source}.\n{message}",
    }
    /// The button that takes a lead.
    ACCEPT = { en: "Accept", ru: "Принять" }
    /// The button that gives a lead to somebody.
    ASSIGN = { en: "Assign to…", ru: "Назначить…" }
    /// What that button asks.
    ASSIGN_WHOM = { en: "Who is to take the lead?", ru: "Кому передать лид?" }
    /// What stands on an offer once it is settled.
    TAKEN = { en: "Taken by {who}", ru: "Лид взят: {who}" }
    /// What stands on an offer or a reminder once the lead was converted.
    CONVERTED = { en: "The lead was converted", ru: "Лид сконвертирован" }
    /// What stands on an offer or a reminder once the lead was rejected.
    REJECTED = { en: "The lead was rejected", ru: "Лид отклонён" }
    /// What stands on an offer or a reminder once the lead was deleted.
    DELETED = { en: "The lead was deleted", ru: "Лид удалён" }
    /// What stands on a reminder once its lead has no owner any more.
    RETURNED = { en: "The lead was returned", ru: "Лид возвращён" }
    /// To who accepted a lead.
    ACCEPTED_REPLY = { en: "Lead {lead} is yours", ru: "Лид {lead} теперь ваш" }
    /// To who assigned a lead.
    ASSIGNED_REPLY = { en: "Lead {lead} was assigned to {who}", ru: "Лид {lead} назначен: {who}" }
    /// To who pressed too late.
    ALREADY_TAKEN = { en: "{who} already took this lead", ru: "Этот лид уже взят: {who}" }
    /// To who pressed twice.
    ALREADY_YOURS = { en: "You already took this lead", ru: "Вы уже взяли этот лид" }
    /// To who wants a lead that is closed.
    ALREADY_CLOSED = { en: "This lead is closed already", ru: "Этот лид уже закрыт" }
    /// To who may not press.
    NOT_ACTIVE = { en: "Your account is not active", ru: "Ваша учётная запись отключена" }
    /// To who may not assign.
    NOT_HEAD = { en: "Only a head or an admin assigns leads", ru: "Назначать лиды может только руководитель или администратор" }
    /// To who assigned a lead to nobody, or to somebody who left.
    NOBODY_CHOSEN = { en: "Choose an active user", ru: "Выберите действующего сотрудника" }
    /// To the head, when a lead was taken: title.
    TOOK_TITLE = { en: "{who} took lead {lead}", ru: "Лид {lead} взят: {who}" }
    /// To the head, when a lead was taken: body.
    TOOK_BODY = { en: "Time to accept: {time}", ru: "Время до принятия: {time}" }
    /// To the head, when nobody took a lead: title.
    ALERT_TITLE = { en: "Nobody took lead {lead}", ru: "Никто не взял лид {lead}" }
    /// To the head, when nobody took a lead: body.
    ALERT_BODY = { en: "Waiting: {time}. Alert {nth} of {of}.", ru: "Ожидание: {time}. Предупреждение {nth} из {of}." }
    /// To the head, when a lead came and nobody was there: body.
    ALERT_NOBODY = {
        en: "Nobody of {department} is there. Waiting: {time}. Alert {nth} of {of}.",
        ru: "В отделе «{department}» никого нет. Ожидание: {time}. Предупреждение {nth} из {of}.",
    }
    /// The task of who took a lead.
    TASK_TITLE = { en: "Process lead {lead}", ru: "Обработать лид {lead}" }
    /// To who was given a lead: title.
    GIVEN_TITLE = { en: "Lead {lead} is yours now", ru: "Лид {lead} теперь ваш" }
    /// To who was given a lead: body.
    GIVEN_BODY = { en: "Given by: {by}", ru: "Кто передал: {by}" }
    /// What stands on the old owner's reminder.
    HANDED_OVER = { en: "Handed over to {who}", ru: "Передан: {who}" }
    /// To the owner and later the head, when a lead was not processed in time: title.
    REMINDER_TITLE = { en: "Lead {lead} is not processed", ru: "Лид {lead} не обработан" }
    /// To the owner and later the head, when a lead was not processed in time: body.
    REMINDER_BODY = { en: "Responsible: {who}. Overdue: {time}.", ru: "Ответственный: {who}. Просрочено: {time}." }
    /// To the head, when a lead was converted: title.
    CONVERTED_TITLE = { en: "Lead {lead} was converted", ru: "Лид {lead} сконвертирован" }
    /// To the head, when a lead was converted: body.
    CONVERTED_BODY = {
        en: "Responsible: {who}. Deal: {deal}. Amount: {amount}. Time to accept: {accept}. Time to process: {process}.",
        ru: "Ответственный: {who}. Сделка: {deal}. Сумма: {amount}. Время до принятия: {accept}. Время обработки: {process}.",
    }
    /// To the head, when a lead was rejected: title.
    REJECTED_TITLE = { en: "Lead {lead} was rejected", ru: "Лид {lead} отклонён" }
    /// To the head, when a lead was rejected: body.
    REJECTED_BODY = {
        en: "Responsible: {who}. Reason: {reason}. Time to accept: {accept}. Time to process: {process}.",
        ru: "Ответственный: {who}. Причина: {reason}. Время до принятия: {accept}. Время обработки: {process}.",
    }
}
