//! What people, companies and things are called in sample data, in English and in Russian.

use clap::ValueEnum;

/// The language of sample data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English: a furniture maker in Hamburg.
    #[default]
    En,
    /// Russian: a furniture maker in Moscow.
    Ru,
}

/// The words of one language.
pub struct Words {
    /// First and last names of men: any two go together.
    pub men: (&'static [&'static str], &'static [&'static str]),
    /// The same of women.
    pub women: (&'static [&'static str], &'static [&'static str]),
    /// What companies are called, before their form.
    pub companies: &'static [&'static str],
    /// What sort of company they are, after the name or before it: `{}` is the name.
    pub forms: &'static [&'static str],
    /// What is sold: its name, its unit, and a price in minor units.
    pub products: &'static [(&'static str, &'static str, i64)],
    /// Streets and towns: `{}` is a number.
    pub addresses: &'static [&'static str],
    /// What leads are called: `{}` is a product.
    pub requests: &'static [&'static str],
    /// What there is to do.
    pub tasks: &'static [&'static str],
    /// Why leads and deals come to nothing.
    pub reasons: &'static [&'static str],
    /// BCP 47 tag.
    pub tag: &'static str,
    /// The country's telephone code and the digits that mobile numbers begin with.
    pub phone: &'static str,
    /// The currency, and how many of its units a euro of the price list is.
    pub currency: (&'static str, i64),
    /// What tax ids begin with.
    pub tax_id: &'static str,
    /// How a contract is called: `{}` is the deal.
    pub contract: &'static str,
}

/// The company itself, in one language.
pub struct House {
    /// What it is called.
    pub name: &'static str,
    /// Its official name.
    pub legal_name: &'static str,
    /// Its tax id.
    pub tax_id: &'static str,
    /// Where it is.
    pub address: &'static str,
    /// Its account.
    pub bank_account: &'static str,
    /// Where that is.
    pub bank: &'static str,
    /// Who signs.
    pub signatory: &'static str,
    /// Its country.
    pub region: &'static str,
    /// Its time zone.
    pub time_zone: &'static str,
    /// What its working hours are called.
    pub hours: &'static str,
    /// When nobody works.
    pub holidays: &'static [&'static str],
    /// What its office and its sales department are called.
    pub departments: [&'static str; 2],
    /// Its people, with the language of each.
    pub people: [(&'static str, &'static str); 5],
    /// What the stages of its pipeline are called.
    pub stages: [&'static str; 8],
}

impl Language {
    /// The company.
    #[must_use]
    pub const fn house(self) -> &'static House {
        match self {
            Self::En => &HAMBURG,
            Self::Ru => &MOSCOW,
        }
    }

    /// Its words.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &ENGLISH,
            Self::Ru => &RUSSIAN,
        }
    }
}

const HAMBURG: House = House {
    name: "Nordlicht Furniture",
    legal_name: "Nordlicht Furniture GmbH",
    tax_id: "DE123456789",
    address: "Hafenstr. 1, 20457 Hamburg",
    bank_account: "DE02 1203 0000 0000 2020 51",
    bank: "Deutsche Kreditbank, BYLADEM1001",
    signatory: "Helga Brandt, head of sales",
    region: "DE",
    time_zone: "Europe/Berlin",
    hours: "Office hours",
    holidays: &["2026-12-25", "2027-01-01"],
    departments: ["Office", "Sales"],
    people: [
        ("Ada Lindqvist", "en"),
        ("Helga Brandt", "en"),
        ("Anna Petrova", "ru"),
        ("Boris Weber", "en"),
        ("Clara Schmidt", "en"),
    ],
    stages: ["New", "Agreed", "Documents", "Contract", "Payment", "Shipment", "Won", "Lost"],
};

const MOSCOW: House = House {
    name: "Северное сияние",
    legal_name: "ООО «Северное сияние»",
    tax_id: "7701234567",
    address: "115035, Москва, ул. Садовническая, д. 1",
    bank_account: "40702810900000000001",
    bank: "АО «Пример-Банк», БИК 044525000",
    signatory: "Семёнова О. И., руководитель продаж",
    region: "RU",
    time_zone: "Europe/Moscow",
    hours: "Рабочие часы",
    holidays: &["2026-12-31", "2027-01-01", "2027-01-07"],
    departments: ["Офис", "Продажи"],
    people: [
        ("Алла Линдова", "ru"),
        ("Ольга Семёнова", "ru"),
        ("Анна Петрова", "ru"),
        ("Борис Вебер", "ru"),
        ("Клара Шмидт", "ru"),
    ],
    stages: ["Новая", "Согласована", "Документы", "Договор", "Оплата", "Отгрузка", "Выиграна", "Проиграна"],
};

const LAST: &[&str] = &[
    "Weber",
    "Schmidt",
    "Becker",
    "Meyer",
    "Wagner",
    "Hansen",
    "Lorenz",
    "Vogel",
    "Keller",
    "Brandt",
    "Winter",
    "Arnold",
    "Taylor",
    "Walker",
    "Novak",
    "Kowalski",
    "Rossi",
    "Dubois",
    "Lindqvist",
    "Olsen",
];

const ENGLISH: Words = Words {
    men: (
        &["Karl", "Jonas", "Felix", "Oliver", "Thomas", "Martin", "Paul", "David", "Erik", "Lukas", "Peter", "Simon"],
        LAST,
    ),
    women: (
        &["Eva", "Clara", "Julia", "Sophie", "Laura", "Emma", "Hanna", "Marie", "Nina", "Lena", "Petra", "Ingrid"],
        LAST,
    ),
    companies: &[
        "Hafen",
        "Nordwind",
        "Alster",
        "Blue Door",
        "Bright Office",
        "Elbe",
        "Green Leaf",
        "Harbour View",
        "Kiefer",
        "Lighthouse",
        "Maple",
        "Oak & Sons",
        "Riverside",
        "Sankt Pauli",
        "Silver",
        "Stern",
        "Tide",
        "Westend",
    ],
    forms: &["{} GmbH", "{} Ltd", "{} AG", "{} Works", "{} Hotel", "{} Clinic", "{} School", "{} Studio"],
    products: &[
        ("Office chair", "pcs", 18_900),
        ("Desk, 160 cm", "pcs", 34_900),
        ("Desk with adjustable height", "pcs", 61_900),
        ("Meeting table", "pcs", 89_000),
        ("Bookcase", "pcs", 24_500),
        ("Wardrobe", "pcs", 45_900),
        ("Sofa for two", "pcs", 74_900),
        ("Reception counter", "pcs", 219_000),
        ("Acoustic panel", "m2", 8_900),
        ("Measuring on site", "h", 6_500),
        ("Assembly", "h", 5_500),
        ("Delivery", "pcs", 9_900),
    ],
    addresses: &[
        "Hafenstr. {}, 20457 Hamburg",
        "Lindenallee {}, 10117 Berlin",
        "Am Markt {}, 28195 Bremen",
        "Bahnhofstr. {}, 80335 Munich",
        "Domplatz {}, 50667 Cologne",
        "Mill Lane {}, Leeds",
    ],
    requests: &["{} for a new office", "{}: please send an offer", "{} for our second floor", "Question about {}"],
    tasks: &[
        "Call back",
        "Send the catalogue",
        "Measure the rooms",
        "Ask for the tax id",
        "Agree on the date of delivery",
    ],
    reasons: &["Bought elsewhere", "Too expensive", "No answer", "Put off to next year", "Wrong number"],
    tag: "en",
    phone: "+491511",
    currency: ("EUR", 1),
    tax_id: "DE",
    contract: "Contract: {}",
};

const RUSSIAN: Words = Words {
    men: (
        &["Алексей", "Дмитрий", "Иван", "Сергей", "Павел", "Николай", "Егор", "Артём", "Юрий", "Фёдор", "Олег", "Глеб"],
        &[
            "Иванов",
            "Смирнов",
            "Кузнецов",
            "Попов",
            "Соколов",
            "Лебедев",
            "Козлов",
            "Новиков",
            "Морозов",
            "Волков",
            "Соловьёв",
            "Зайцев",
            "Павлов",
            "Семёнов",
            "Голубев",
            "Виноградов",
            "Богданов",
            "Воробьёв",
            "Орлов",
            "Щербаков",
        ],
    ),
    women: (
        &["Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Юлия", "Дарья", "Ксения", "Вера", "Алёна", "Софья"],
        &[
            "Иванова",
            "Смирнова",
            "Кузнецова",
            "Попова",
            "Соколова",
            "Лебедева",
            "Козлова",
            "Новикова",
            "Морозова",
            "Волкова",
            "Соловьёва",
            "Зайцева",
            "Павлова",
            "Семёнова",
            "Голубева",
            "Виноградова",
            "Богданова",
            "Воробьёва",
            "Орлова",
            "Щербакова",
        ],
    ),
    companies: &[
        "Рассвет",
        "Северный ветер",
        "Маяк",
        "Альтаир",
        "Берёзка",
        "Вектор",
        "Горизонт",
        "Дом и сад",
        "Ёлка",
        "Заря",
        "Искра",
        "Кедр",
        "Ладога",
        "Меридиан",
        "Невский",
        "Орион",
        "Прогресс",
        "Радуга",
    ],
    forms: &["ООО «{}»", "АО «{}»", "Гостиница «{}»", "Школа «{}»", "Клиника «{}»", "Студия «{}»", "Кафе «{}»"],
    products: &[
        ("Кресло офисное", "шт", 18_900),
        ("Стол письменный, 160 см", "шт", 34_900),
        ("Стол с регулировкой высоты", "шт", 61_900),
        ("Стол для переговоров", "шт", 89_000),
        ("Стеллаж", "шт", 24_500),
        ("Шкаф", "шт", 45_900),
        ("Диван двухместный", "шт", 74_900),
        ("Стойка администратора", "шт", 219_000),
        ("Панель акустическая", "м2", 8_900),
        ("Замер на объекте", "ч", 6_500),
        ("Сборка", "ч", 5_500),
        ("Доставка", "шт", 9_900),
    ],
    addresses: &[
        "115035, Москва, ул. Садовническая, д. {}",
        "191186, Санкт-Петербург, Невский пр., д. {}",
        "620014, Екатеринбург, ул. Ленина, д. {}",
        "630099, Новосибирск, Красный пр., д. {}",
        "420111, Казань, ул. Баумана, д. {}",
    ],
    requests: &["{}: новый офис", "{}: просим прислать предложение", "{}: второй этаж", "Вопрос: {}"],
    tasks: &["Перезвонить", "Отправить каталог", "Замерить помещения", "Запросить ИНН", "Согласовать дату доставки"],
    reasons: &["Купили в другом месте", "Дорого", "Не отвечает", "Отложили на год", "Неверный номер"],
    tag: "ru",
    phone: "+7916",
    currency: ("RUB", 100),
    tax_id: "77",
    contract: "Договор: {}",
};
