extension Settings {
    static let clientsDirectory = Setting(
        "clients.directory",
        .path,
        default: "clients",
        example: "/etc/latchkey/clients",
        "The folder with one file for each app that signs people in here (docs/apps.md). Without it there are no apps."
    )
    static let clientsRefreshWindow = Setting(
        "clients.refresh_window",
        .duration(.seconds(0) ... .minutes(5)),
        default: .seconds(20),
        example: "30s",
        "How long a refresh token that has just been used gives the same new tokens again: for answers that were lost and for "
            + "several tabs. After that a second use counts as theft, and the app is signed out."
    )
}
