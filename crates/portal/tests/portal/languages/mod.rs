//! The languages of the pages: their catalogues, the choice, and every page in each of them.

mod catalogues;
mod choice;
mod pages;
mod uses;
