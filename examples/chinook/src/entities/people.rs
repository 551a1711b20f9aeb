//! Who buys, and who sells.

use chrono::NaiveDateTime;
use orm::prelude::*;

use crate::entities::Invoice;

#[derive(Entity)]
pub struct Customer {
    #[orm(primary_key)]
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub company: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
    pub postal_code: Option<String>,
    pub phone: Option<String>,
    pub fax: Option<String>,
    pub email: String,
    pub support_rep: Option<Ref<Employee>>,
    #[orm(mapped_by = customer, cascade(all), order_by(invoice_date))]
    pub invoices: Collection<Invoice>,
}

#[derive(Entity)]
pub struct Employee {
    #[orm(primary_key)]
    pub id: i64,
    pub last_name: String,
    pub first_name: String,
    pub title: Option<String>,
    pub reports_to: Option<Ref<Employee>>,
    #[orm(mapped_by = reports_to)]
    pub reports: Collection<Employee>,
    pub birth_date: Option<NaiveDateTime>,
    pub hire_date: Option<NaiveDateTime>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
    pub postal_code: Option<String>,
    pub phone: Option<String>,
    pub fax: Option<String>,
    pub email: Option<String>,
    #[orm(mapped_by = support_rep)]
    pub customers: Collection<Customer>,
}
