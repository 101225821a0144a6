//! Fields of a place: names of areas, and a postal address.

use apple_photos::Place;

/// A field of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceField {
    Name,
    CountryCode,
    /// The smallest area of this kind.
    Area(i64),
    Address,
    Street,
    City,
    State,
    PostalCode,
    Country,
    AddressCountryCode,
}

/// The kinds of areas that make up the name which Photos shows, in its order: something of interest, island, city, state,
/// country, inland water, ocean.
const SHOWN: [i64; 7] = [8, 11, 4, 2, 1, 9, 7];

/// The field of this name, behind `place.`.
pub(super) fn place_field(name: &str) -> Option<PlaceField> {
    Some(match name {
        "name" => PlaceField::Name,
        "country_code" => PlaceField::CountryCode,
        "name.country" => PlaceField::Area(1),
        "name.state_province" => PlaceField::Area(2),
        "name.city" => PlaceField::Area(4),
        "name.area_of_interest" => PlaceField::Area(8),
        "address" => PlaceField::Address,
        "address.street" => PlaceField::Street,
        "address.city" => PlaceField::City,
        "address.state_province" => PlaceField::State,
        "address.postal_code" => PlaceField::PostalCode,
        "address.country" => PlaceField::Country,
        "address.country_code" => PlaceField::AddressCountryCode,
        _ => return None,
    })
}

/// What a place says there.
pub(super) fn of_place(place: &Place, field: PlaceField) -> Option<String> {
    match field {
        PlaceField::Name => {
            let names: Vec<&str> = SHOWN.iter().filter_map(|kind| place.area(*kind)).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        PlaceField::Area(kind) => place.area(kind).map(str::to_owned),
        PlaceField::CountryCode | PlaceField::AddressCountryCode => place.country_code.clone(),
        PlaceField::Address => place.address.clone(),
        PlaceField::Street => place.street.clone(),
        PlaceField::City => place.city.clone(),
        PlaceField::State => place.state.clone(),
        PlaceField::PostalCode => place.postal_code.clone(),
        PlaceField::Country => place.country.clone(),
    }
}
