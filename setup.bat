@echo off
rem Builds the program on first use and passes everything on; alone it looks whether all that is needed is there.
setlocal
set "HERE=%~dp0"
set "PROGRAM=%HERE%artifacts\program\orchestrator.exe"
if not exist "%PROGRAM%" (
    where dotnet >nul 2>nul || (echo error: the .NET 10 SDK is needed to build; 'dotnet' is not on PATH. 1>&2 & exit /b 2)
    dotnet publish "%HERE%src\Orchestrator.Cli" -c Release -r win-x64 --self-contained false -p:PublishReadyToRun=true -o "%HERE%artifacts\program" -v quiet || exit /b 1
)
if "%~1"=="" ("%PROGRAM%" setup) else ("%PROGRAM%" %*)
exit /b %ERRORLEVEL%
