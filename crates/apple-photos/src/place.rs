//! What Apple looked up about a point on the earth: names of areas and a postal address.
//!
//! The database keeps it as an archive of objects (NSKeyedArchiver): a list of objects which name each other by number.

use crate::bplist::{Plist, Value};

/// A place as the database keeps it. Reading it costs more than all the rest of an asset, so it is read when asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlace(pub(crate) Vec<u8>);

/// What Apple looked up about a point on the earth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place {
    /// The areas that it is in, the smallest first, each name once for each kind.
    pub areas: Vec<PlaceArea>,
    /// The whole address in one line.
    pub address: Option<String>,
    /// The street and number.
    pub street: Option<String>,
    /// The part of the city.
    pub sub_locality: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The county.
    pub county: Option<String>,
    /// The state or province.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The country in two letters, as ISO 3166 has it.
    pub country_code: Option<String>,
    /// Whether it is the user's home.
    pub is_home: bool,
}

/// An area on the earth.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceArea {
    /// What it is called.
    pub name: String,
    /// What it is: 1 country, 2 state, 4 city and county, 6 part of a city, 8 something of interest, 11 inland water,
    /// 12 ocean and others.
    pub kind: i64,
    /// How large it is, in square metres.
    pub square_metres: f64,
}

impl StoredPlace {
    /// Reads it. None if it is damaged, or of a form that this crate does not know.
    pub fn read(&self) -> Option<Place> {
        let archive = Archive::open(&self.0)?;
        let root = archive.root()?;
        let text = |of: &Value, key: &str| archive.text(of, key);
        let mut place = Place {
            address: text(&root, "addressString"),
            country_code: text(&root, "countryCode"),
            is_home: archive.is_true(&root, "isHome"),
            areas: archive.areas(&root),
            ..Place::default()
        };
        if let Some(postal) = archive.object(&root, "postalAddress") {
            place.street = text(&postal, "_street");
            place.sub_locality = text(&postal, "_subLocality");
            place.city = text(&postal, "_city");
            place.county = text(&postal, "_subAdministrativeArea");
            place.state = text(&postal, "_state");
            place.postal_code = text(&postal, "_postalCode");
            place.country = text(&postal, "_country");
            place.country_code = place.country_code.or_else(|| text(&postal, "_ISOCountryCode"));
        }
        Some(place)
    }
}

impl Place {
    /// The smallest area of this kind.
    pub fn area(&self, kind: i64) -> Option<&str> {
        self.areas.iter().find(|area| area.kind == kind).map(|area| area.name.as_str())
    }

    /// A short name, the smallest area first, such as `St James's Park, London, England, United Kingdom`.
    pub fn name(&self) -> Option<String> {
        let kinds = [8, 4, 2, 1];
        let names: Vec<&str> = kinds.iter().filter_map(|kind| self.area(*kind)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// An archive of objects.
struct Archive<'b> {
    plist: Plist<'b>,
    objects: Vec<usize>,
}

impl<'b> Archive<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let plist = Plist::open(bytes)?;
        let root = plist.root()?;
        let Some(Value::Array(objects)) = plist.field(&root, "$objects") else { return None };
        Some(Self { plist, objects })
    }

    fn root(&self) -> Option<Value> {
        let top = self.plist.field(&self.plist.root()?, "$top")?;
        self.follow(self.plist.field(&top, "root")?)
    }

    /// What a value stands for: a number of an object is followed, once.
    fn follow(&self, value: Value) -> Option<Value> {
        match value {
            // The object with the number 0 stands for none.
            Value::Uid(0) => None,
            Value::Uid(number) => self.plist.value(*self.objects.get(number)?),
            other => Some(other),
        }
    }

    fn object(&self, of: &Value, key: &str) -> Option<Value> {
        self.follow(self.plist.field(of, key)?)
    }

    fn text(&self, of: &Value, key: &str) -> Option<String> {
        match self.object(of, key)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    fn is_true(&self, of: &Value, key: &str) -> bool {
        matches!(self.object(of, key), Some(Value::Bool(true) | Value::Integer(1)))
    }

    fn areas(&self, root: &Value) -> Vec<PlaceArea> {
        let list = self.object(root, "mapItem").and_then(|item| self.object(&item, "sortedPlaceInfos"));
        let Some(Value::Array(infos)) = list.and_then(|list| self.plist.field(&list, "NS.objects")) else {
            return Vec::new();
        };
        let mut areas: Vec<PlaceArea> = Vec::new();
        for info in infos {
            let area =
                self.plist.value(info).and_then(|info| self.follow(info)).and_then(|info| self.area(&info));
            let Some(area) = area else { continue };
            if !areas.iter().any(|other| other.kind == area.kind && other.name == area.name) {
                areas.push(area);
            }
        }
        areas
    }

    fn area(&self, info: &Value) -> Option<PlaceArea> {
        let name = self.text(info, "name")?;
        let Some(Value::Integer(kind)) = self.object(info, "placeType") else { return None };
        let square_metres = match self.object(info, "area") {
            Some(Value::Real(area)) => area,
            _ => 0.0,
        };
        Some(PlaceArea { name, kind, square_metres })
    }
}
