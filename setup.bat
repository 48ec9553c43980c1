@echo off
rem Builds the program on first use, or after other commits came, and passes everything on; alone it looks whether all that is needed is there.
setlocal
set "HERE=%~dp0"
set "PROGRAM=%HERE%artifacts\program\orchestrator.exe"
set "BUILT=%HERE%artifacts\program\built-from.txt"
set "NOW="
set "WAS="
where git >nul 2>nul || (echo error: git is needed; 'git' is not on PATH. Get it with: winget install Git.Git 1>&2 & exit /b 2)
for /f "usebackq delims=" %%i in (`git -C "%HERE%." rev-parse --verify --quiet HEAD 2^>nul`) do set "NOW=%%i"
if exist "%BUILT%" set /p WAS=<"%BUILT%"
if not exist "%PROGRAM%" goto build
if "%NOW%"=="%WAS%" goto start

:build
where dotnet >nul 2>nul || goto nosdk
dotnet --list-sdks | findstr /b /l "10." >nul || goto nosdk
echo Building the orchestrator (once; about a minute) ... 1>&2
dotnet publish "%HERE%src\Orchestrator.Cli" -c Release -r win-x64 --self-contained false -p:PublishReadyToRun=true -p:DebugType=none -o "%HERE%artifacts\program" -v quiet 1>&2 || exit /b 1
>"%BUILT%" echo(%NOW%

:start
if "%~1"=="" ("%PROGRAM%" setup) else ("%PROGRAM%" %*)
exit /b %ERRORLEVEL%

:nosdk
echo error: the .NET 10 SDK is needed to build. Get it with: winget install Microsoft.DotNet.SDK.10 1>&2
exit /b 2
