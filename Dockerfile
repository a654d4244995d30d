# The plain process, for any place that runs containers. Chiseled: no shell, no packages, not root.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble-aot AS build
WORKDIR /source

# Project files first: the restored packages stay cached until one of these changes.
COPY global.json Directory.Build.props Directory.Packages.props Runtime.props ./
COPY FanzQueueFunctions.Core/FanzQueueFunctions.Core.csproj FanzQueueFunctions.Core/
COPY FanzQueueFunctions.Standalone/FanzQueueFunctions.Standalone.csproj FanzQueueFunctions.Standalone/
# Compiled ahead of time, to one native program: docs/decisions.md has what that saves.
RUN dotnet restore FanzQueueFunctions.Standalone --use-current-runtime -p:PublishAot=true

COPY .editorconfig ./
COPY FanzQueueFunctions.Core/ FanzQueueFunctions.Core/
COPY supabase/schemas/ supabase/schemas/
COPY FanzQueueFunctions.Standalone/ FanzQueueFunctions.Standalone/
RUN dotnet publish FanzQueueFunctions.Standalone --no-restore -c Release -o /app --use-current-runtime -p:PublishAot=true

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
ARG VERSION=1.0.0
LABEL org.opencontainers.image.title="FanzQueueFunctions" \
  org.opencontainers.image.description="Takes queued posts from Supabase and creates them on the network's platforms" \
  org.opencontainers.image.vendor="FANZ Group Holdings" \
  org.opencontainers.image.licenses="LicenseRef-UNLICENSED" \
  org.opencontainers.image.version="$VERSION"
WORKDIR /app
# The program alone: its debug symbols are twice its size.
COPY --from=build /app/FanzQueueFunctions.Standalone .
USER $APP_UID
EXPOSE 8080

# There is no curl in here: the app asks itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["./FanzQueueFunctions.Standalone", "--healthcheck"]
ENTRYPOINT ["./FanzQueueFunctions.Standalone"]
